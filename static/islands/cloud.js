/**
 * A cloud of points on a canvas: `data-source` gives `{row, x, y, tone, labels, ends, sampled}`. Hover shows the point and
 * its thumbnail, click opens its row, drawing around points picks them for the form `data-bar`. By keyboard arrows go
 * from point to point, Enter opens, `x` picks, Esc lets go.
 */

import { palette, watch } from "./charts.js";
import { MARKS, PAD, dot, drawAxes, extent, inside, outline, ramp, ring, shapeFor, share, thinned, words } from "./cloud-drawing.js";

const NEAR = 12;

export function start(figure) {
  const place = figure.querySelector(".cloud-place");
  const canvas = place.querySelector("canvas");
  const hint = place.querySelector(".cloud-hint");
  const bar = document.getElementById(figure.dataset.bar);
  const field = bar.querySelector("[name=area]");
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
    if (figure.dataset.x) drawAxes(pen, axes, { width, height, colours, names: [figure.dataset.x, figure.dataset.y], dates: cloud.dates ?? [], family: getComputedStyle(figure).fontFamily });
    spots.forEach(([x, y], i) => {
      pen.globalAlpha = chosen.size && !chosen.has(i) ? 0.18 : 0.75;
      dot(pen, x, y, colourOf(i, colours), shapeOf(i));
    });
    pen.globalAlpha = 1;
    if (at >= 0) ring(pen, spots[at], colours.ink);
    if (lasso) outline(pen, lasso, colours.accent);
    legend(colours);
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
    bar.inert = false;
    if (field) field.value = "";
    const rows = [...chosen].map((i) => cloud.row[i]);
    bar.hidden = rows.length === 0;
    bar.querySelector("[name=rows]").value = rows.join(",");
    bar.querySelector("[data-count]").textContent = (rows.length === 1 ? bar.dataset.one : bar.dataset.many).replace("{n}", rows.length.toLocaleString("en"));
    draw();
  }

  /** Points are a sample: what was drawn around them picks all rows that lie there; `data-area` counts them. */
  async function pickArea(path, set) {
    pick(set);
    const axes = [extent(cloud.x), extent(cloud.y)];
    const corners = thinned(path).map(([x, y]) => [
      axes[0][0] + ((x - PAD.left) / (place.clientWidth - PAD.left - PAD.right)) * (axes[0][1] - axes[0][0]),
      axes[1][0] + ((place.clientHeight - PAD.bottom - y) / (place.clientHeight - PAD.top - PAD.bottom)) * (axes[1][1] - axes[1][0]),
    ]);
    const area = JSON.stringify(corners.map((corner) => corner.map((value) => Number(value.toPrecision(12)))));
    const count = bar.querySelector("[data-count]");
    bar.hidden = false;
    bar.inert = true;
    count.textContent = figure.dataset.counting;
    field.value = area;
    const answer = await fetch(`${figure.dataset.area}&area=${encodeURIComponent(area)}`, { signal: asked.signal, headers: { Accept: "application/json" } });
    const said = await answer.json();
    if (field.value !== area) return; // another one was drawn meanwhile
    if (!answer.ok || said.rows === 0) pick(new Set());
    if (!answer.ok) figure.querySelector("[data-note]").textContent = said.error;
    else if (said.rows) count.textContent = (said.rows === 1 ? bar.dataset.one : bar.dataset.many).replace("{n}", said.rows.toLocaleString("en"));
    bar.inert = false;
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
      const drawn = new Set(spots.flatMap((one, i) => (inside(one, path) ? [i] : [])));
      if (cloud.sampled && figure.dataset.area) pickArea(path, drawn).catch((error) => error.name === "AbortError" || Promise.reject(error));
      else pick(drawn);
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
