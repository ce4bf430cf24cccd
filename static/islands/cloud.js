/**
 * A cloud of points on a canvas: `data-source` gives `{row, x, y, tone, labels, ends, sampled}`. Hover shows the point and
 * its thumbnail, click opens its row, drawing around points picks them for the form `data-bar`. By keyboard arrows go
 * from point to point, Enter opens, `x` picks, Esc lets go.
 */

import { palette, watch } from "./charts.js";

const PAD = { left: 56, right: 12, top: 10, bottom: 40 };
const NEAR = 12;
const MARKS = ["●", "■", "▲", "◆"];

export function start(figure) {
  const place = figure.querySelector(".cloud-place");
  const canvas = place.querySelector("canvas");
  const hint = place.querySelector(".cloud-hint");
  const bar = document.getElementById(figure.dataset.bar);
  let cloud = null;
  let spots = [];
  let at = -1;
  let lasso = null;
  let chosen = new Set();
  const asked = new AbortController();

  async function load() {
    const answer = await fetch(figure.dataset.source, { signal: asked.signal, headers: { Accept: "application/json" } });
    const said = await answer.json();
    if (!figure.isConnected) return;
    const note = figure.querySelector("[data-note]");
    if (!answer.ok) {
      note.textContent = said.error;
      return;
    }
    cloud = said;
    if (cloud.sampled) note.textContent = figure.dataset.sampled.replace("{n}", cloud.row.length.toLocaleString("en"));
    draw();
    figure.dataset.drawn = String(cloud.row.length);
  }

  function draw() {
    if (!cloud) return;
    const ratio = window.devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = place;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const colours = palette();
    const axes = [extent(cloud.x), extent(cloud.y)];
    spots = cloud.row.map((_, i) => [
      PAD.left + share(cloud.x[i], axes[0]) * (width - PAD.left - PAD.right),
      height - PAD.bottom - share(cloud.y[i], axes[1]) * (height - PAD.top - PAD.bottom),
    ]);
    drawAxes(pen, axes, width, height, colours);
    spots.forEach(([x, y], i) => {
      pen.globalAlpha = chosen.size && !chosen.has(i) ? 0.18 : 0.75;
      dot(pen, x, y, colourOf(i, colours), shapeOf(i));
    });
    pen.globalAlpha = 1;
    if (at >= 0) ring(pen, spots[at], colours.ink);
    if (lasso) outline(pen, lasso, colours.accent);
    legend(colours);
  }

  function drawAxes(pen, axes, width, height, colours) {
    pen.font = `12px ${getComputedStyle(figure).fontFamily}`;
    pen.strokeStyle = colours.hairline;
    pen.fillStyle = colours.quiet;
    if (!figure.dataset.x) return;
    for (const tick of ticks(axes[0], width / 110)) {
      const x = PAD.left + share(tick, axes[0]) * (width - PAD.left - PAD.right);
      pen.textAlign = "center";
      pen.fillText(words(tick, cloud.dates?.[0]), x, height - PAD.bottom + 16);
    }
    for (const tick of ticks(axes[1], height / 60)) {
      const y = height - PAD.bottom - share(tick, axes[1]) * (height - PAD.top - PAD.bottom);
      pen.beginPath();
      pen.moveTo(PAD.left, y);
      pen.lineTo(width - PAD.right, y);
      pen.stroke();
      pen.textAlign = "right";
      pen.fillText(words(tick, cloud.dates?.[1]), PAD.left - 8, y + 4);
    }
    pen.textAlign = "center";
    pen.fillText(figure.dataset.x, (width + PAD.left) / 2, height - 6);
    pen.save();
    pen.translate(12, (height - PAD.bottom) / 2);
    pen.rotate(-Math.PI / 2);
    pen.fillText(figure.dataset.y, 0, 0);
    pen.restore();
  }

  function colourOf(i, colours) {
    const tone = cloud.tone[i];
    if (tone === null) return colours.baseline;
    return cloud.ends ? ramp(tone) : colours[tone % 8];
  }

  const shapeOf = (i) => (cloud.labels.length && cloud.tone[i] !== null ? shapeFor(cloud.tone[i]) : 0);

  function legend(colours) {
    const list = figure.querySelector("[data-legend]");
    const named = cloud.ends ? [[words(cloud.ends[0]), ramp(0)], [words(cloud.ends[1]), ramp(1)]] : cloud.labels.map((label, n) => [label, colours[n % 8], MARKS[shapeFor(n)]]);
    list.replaceChildren(...named.map(([label, colour, sign = "●"]) => {
      const item = document.createElement("li");
      const mark = document.createElement("span");
      mark.textContent = sign;
      mark.style.color = colour;
      item.append(mark, label);
      return item;
    }));
  }

  function nearest(x, y) {
    let [best, distance] = [-1, NEAR * NEAR];
    spots.forEach(([a, b], i) => {
      const far = (a - x) ** 2 + (b - y) ** 2;
      if (far < distance) [best, distance] = [i, far];
    });
    return best;
  }

  function show(i) {
    if (at === i) return;
    at = i;
    draw();
    hint.hidden = i < 0;
    if (i < 0) return;
    hint.replaceChildren();
    if (figure.dataset.thumbs) {
      const picture = new Image(72, 72);
      picture.src = figure.dataset.thumbs + cloud.row[i] + figure.dataset.stamp;
      picture.alt = "";
      hint.append(picture);
    }
    const said = document.createElement("span");
    const label = cloud.tone[i] === null || cloud.ends ? "" : cloud.labels[cloud.tone[i]] ?? "";
    const cells = figure.dataset.x ? [`${figure.dataset.x} ${words(cloud.x[i], cloud.dates?.[0])}`, `${figure.dataset.y} ${words(cloud.y[i], cloud.dates?.[1])}`] : [];
    said.textContent = [`#${(cloud.row[i] + 1).toLocaleString("en")}`, label, ...cells].filter(Boolean).join(" · ");
    hint.append(said);
    const [x, y] = spots[i];
    hint.style.insetInlineStart = `${Math.min(x + 14, place.clientWidth - 220)}px`;
    hint.style.insetBlockStart = `${Math.max(4, Math.min(y + 14, place.clientHeight - 110))}px`;
  }

  function pick(set) {
    chosen = set;
    const rows = [...chosen].map((i) => cloud.row[i]);
    bar.hidden = rows.length === 0;
    bar.querySelector("[name=rows]").value = rows.join(",");
    bar.querySelector("[data-count]").textContent = (rows.length === 1 ? bar.dataset.one : bar.dataset.many).replace("{n}", rows.length.toLocaleString("en"));
    draw();
  }

  function open(i) {
    const link = figure.querySelector("[data-open]");
    link.href = figure.dataset.rows + cloud.row[i];
    const fresh = link.cloneNode();
    fresh.setAttribute("hx-get", link.href);
    fresh.setAttribute("hx-target", "#row-body");
    link.replaceWith(fresh);
    window.htmx.process(fresh);
    fresh.click();
  }

  const spot = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  function down(event) {
    if (event.button || !cloud) return;
    canvas.setPointerCapture(event.pointerId);
    lasso = [spot(event)];
  }

  function move(event) {
    if (!cloud) return;
    if (!lasso) {
      show(nearest(...spot(event)));
      return;
    }
    lasso.push(spot(event));
    draw();
  }

  function up() {
    if (!lasso) return;
    const path = lasso;
    lasso = null;
    const [x, y] = path[0];
    const moved = path.some(([a, b]) => Math.abs(a - x) + Math.abs(b - y) > 8);
    if (moved) {
      pick(new Set(spots.flatMap((one, i) => (inside(one, path) ? [i] : []))));
      return;
    }
    const found = nearest(x, y);
    if (found >= 0) open(found);
    else pick(new Set());
  }

  function press(event) {
    if (!cloud || event.target !== place) return;
    const order = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowUp: [1, -1], ArrowDown: [1, 1] }[event.key];
    if (order) show(neighbour(...order));
    else if (event.key === "Enter" && at >= 0) open(at);
    else if (event.key === "x" && at >= 0) {
      const next = new Set(chosen);
      if (!next.delete(at)) next.add(at);
      pick(next);
    } else if (event.key === "Escape" && chosen.size) pick(new Set());
    else return;
    event.preventDefault();
  }

  /** The next point to the right, left, up or down of the one that is shown. */
  function neighbour(axis, way) {
    if (at < 0) return 0;
    const here = spots[at][axis];
    let best = at;
    spots.forEach((one, i) => {
      const far = (one[axis] - here) * way;
      if (i === at || far < 0 || (far === 0 && i < at)) return;
      const better = best === at || far < (spots[best][axis] - here) * way;
      if (better) best = i;
    });
    return best;
  }

  const clear = (event) => event.target.closest("[data-clear]") && pick(new Set());
  const leave = () => !lasso && show(-1);
  const listeners = [
    [canvas, "pointerdown", down],
    [canvas, "pointermove", move],
    [canvas, "pointerup", up],
    [canvas, "pointerleave", leave],
    [place, "keydown", press],
    [bar, "click", clear],
  ];
  for (const [target, name, handler] of listeners) target.addEventListener(name, handler);
  const unwatch = watch(place, draw);
  load().catch((error) => error.name === "AbortError" || Promise.reject(error));
  return () => {
    asked.abort();
    for (const [target, name, handler] of listeners) target.removeEventListener(name, handler);
    unwatch();
  };
}

/** Eight colours come again with another mark. */
const shapeFor = (tone) => (tone + Math.floor(tone / 8)) % MARKS.length;

function extent(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const room = (high - low || Math.abs(high) || 1) * 0.03;
  return [low - room, high + room];
}

const share = (value, [low, high]) => (value - low) / (high - low || 1);

function ticks([low, high], wanted) {
  const raw = (high - low) / Math.max(2, wanted);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= raw);
  const found = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) found.push(Number(tick.toPrecision(12)));
  return found;
}

function words(value, isDate = false) {
  if (isDate) return new Date(value * 1000).toISOString().slice(0, 10);
  return Math.abs(value) >= 1e6 || (value && Math.abs(value) < 1e-3) ? value.toPrecision(3) : value.toLocaleString("en", { maximumFractionDigits: 3 });
}

function dot(pen, x, y, colour, shape) {
  pen.fillStyle = colour;
  pen.beginPath();
  if (shape === 0) pen.arc(x, y, 3.5, 0, 7);
  else if (shape === 1) pen.rect(x - 3, y - 3, 6, 6);
  else if (shape === 2) pen.moveTo(x, y - 4.5), pen.lineTo(x + 4, y + 3), pen.lineTo(x - 4, y + 3);
  else pen.moveTo(x, y - 4.5), pen.lineTo(x + 4.5, y), pen.lineTo(x, y + 4.5), pen.lineTo(x - 4.5, y);
  pen.fill();
}

function ring(pen, [x, y], colour) {
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.arc(x, y, 7, 0, 7);
  pen.stroke();
}

function outline(pen, path, colour) {
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  pen.setLineDash([4, 3]);
  pen.beginPath();
  path.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
  pen.stroke();
  pen.setLineDash([]);
}

/** Whether a point lies inside a path: an odd number of its edges are crossed to the right. */
export function inside([x, y], path) {
  let odd = false;
  for (let i = 0, j = path.length - 1; i < path.length; j = i, i += 1) {
    const [[a, b], [c, d]] = [path[i], path[j]];
    if (b > y !== d > y && x < ((c - a) * (y - b)) / (d - b) + a) odd = !odd;
  }
  return odd;
}

/** From blue over grey to ember: low to high. */
function ramp(at) {
  const stops = [[0, 114, 178], [150, 150, 150], [200, 80, 20]];
  const low = at < 0.5 ? 0 : 1;
  const part = (at - low * 0.5) * 2;
  return `rgb(${stops[low].map((from, i) => Math.round(from + (stops[low + 1][i] - from) * part)).join(",")})`;
}
