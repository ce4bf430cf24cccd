/** Points in the plane: painted by class or by height, or made as a known set; kept on the server after every stroke. */

import { palette } from "./charts.js";
import { SETS } from "./plane-sets.js";

const REACH = 1.5; // the plane goes from -1.5 to 1.5 both ways
const BRUSH = 0.12;
const A_STEP = 3;
const SOON = 250;
const STEP = 0.05;
const MOST = 5_000;

export function start(element) {
  const canvas = element.querySelector("canvas");
  const pen = canvas.getContext("2d");
  const words = JSON.parse(element.dataset.words);
  let { target, points } = JSON.parse(element.querySelector("[data-points]").dataset.points);
  const before = [];
  let cross = [0, 0];
  let painting = false;
  let timer = 0;
  let last = null; // the set that the sliders change

  const tool = () => element.querySelector("[name=tool]:checked").value;
  const classes = () => [...element.querySelectorAll("[data-class]")].map((place) => place.dataset.class);
  const chosen = () => element.querySelector("[name=class]:checked")?.value ?? classes()[0];
  const height = element.querySelector("[data-height]");
  const answer = () => (target === "height" ? Number(height.querySelector("input").value) : chosen());
  const toPixel = ([x, y]) => [((x + REACH) / (2 * REACH)) * canvas.width, ((REACH - y) / (2 * REACH)) * canvas.height];

  function at(event) {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * 2 * REACH - REACH, REACH - ((event.clientY - box.top) / box.height) * 2 * REACH];
  }

  function draw() {
    const colours = palette();
    const order = classes();
    const style = getComputedStyle(canvas);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.strokeStyle = style.borderTopColor;
    pen.beginPath();
    for (const [from, to] of [[[-REACH, 0], [REACH, 0]], [[0, -REACH], [0, REACH]]]) {
      pen.moveTo(...toPixel(from));
      pen.lineTo(...toPixel(to));
    }
    pen.stroke();
    for (const [x, y, value] of points) {
      const number = typeof value === "number";
      pen.fillStyle = number ? colours[value < 0 ? 1 : 0] : colours[Math.max(0, order.indexOf(value)) % 8];
      pen.globalAlpha = number ? 0.15 + 0.85 * Math.min(1, Math.abs(value)) : 0.85;
      pen.beginPath();
      pen.arc(...toPixel([x, y]), 4.5, 0, 2 * Math.PI);
      pen.fill();
    }
    pen.globalAlpha = 1;
    if (document.activeElement === canvas) {
      const [x, y] = toPixel(cross);
      pen.strokeStyle = style.color;
      pen.strokeRect(x - 6, y - 6, 12, 12);
    }
    height.hidden = target !== "height";
    for (const place of element.querySelectorAll("[data-class]")) {
      place.querySelector("[data-count]").textContent = points.filter((point) => point[2] === place.dataset.class).length;
    }
    element.querySelector("#classes").hidden = target === "height";
    const many = `${points.length.toLocaleString(document.documentElement.lang)} ${points.length === 1 ? words.one : words.many}`;
    element.querySelector("[data-said]").textContent = many;
  }

  function remember() {
    before.push({ target, points: [...points] });
    if (before.length > 100) before.shift();
  }

  function touch([x, y]) {
    if (tool() === "eraser") points = points.filter((point) => Math.hypot(point[0] - x, point[1] - y) > BRUSH);
    else {
      for (let n = 0; n < A_STEP && points.length < MOST; n += 1) {
        const [away, turn] = [BRUSH * Math.sqrt(Math.random()), 2 * Math.PI * Math.random()];
        points.push([round(x + away * Math.cos(turn)), round(y + away * Math.sin(turn)), answer()]);
      }
    }
    keepSoon();
  }

  function keepSoon() {
    draw();
    clearTimeout(timer);
    timer = setTimeout(keep, SOON);
  }

  async function keep() {
    clearTimeout(timer);
    timer = 0;
    const body = JSON.stringify({ target, points });
    try {
      const reply = await fetch(`${element.dataset.base}/points`, { method: "PUT", body, keepalive: body.length < 60_000, headers: { "Content-Type": "application/json", Accept: "application/json" } });
      if (!reply.ok) element.querySelector("[data-said]").textContent = (await reply.json()).error ?? words.refused;
    } catch {
      element.querySelector("[data-said]").textContent = words.failed;
      timer = setTimeout(keep, 2_000);
    }
  }

  function make() {
    const made = SETS[last];
    const noise = Number(element.querySelector("[data-noise]").value);
    const size = Number(element.querySelector("[data-size]").value);
    const order = classes();
    target = made.height ? "height" : "class";
    points = made.points(size, noise).map(([x, y, value]) => [round(x), round(y), made.height ? round(value) : order[value % order.length]]);
    for (const chip of element.querySelectorAll("[data-set]")) chip.setAttribute("aria-pressed", String(chip.dataset.set === last));
    keepSoon();
  }

  function click(event) {
    const set = event.target.closest("[data-set]");
    if (set) {
      remember();
      last = set.dataset.set;
      make();
    }
    if (event.target.closest("[data-undo]")) undo();
    if (event.target.closest("[data-clear]")) clear();
  }

  function undo() {
    if (!before.length) return;
    ({ target, points } = before.pop());
    keepSoon();
  }

  function clear() {
    remember();
    points = [];
    target = "class";
    keepSoon();
  }

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] }[event.key];
    if (way) cross = cross.map((value, n) => Math.max(-REACH, Math.min(REACH, value + way[n])));
    else if (event.key === " ") {
      remember();
      touch(cross);
    } else if (event.key === "u") undo();
    else if (event.key === "c") clear();
    else return;
    event.preventDefault();
    draw();
  }

  function slide(event) {
    if (!event.target.matches("[data-noise], [data-size]")) return;
    event.target.parentElement.querySelector("output").textContent = event.target.value;
    if (last) make();
  }

  const leave = () => timer && keep();
  const swapped = () => {
    const known = new Set(classes());
    points = points.filter((point) => typeof point[2] === "number" || known.has(point[2]));
    draw();
  };
  const listeners = [
    [canvas, "pointerdown", (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      painting = true;
      remember();
      touch(at(event));
    }],
    [canvas, "pointermove", (event) => painting && touch(at(event))],
    [canvas, "pointerup", () => (painting = false)],
    [canvas, "pointercancel", () => (painting = false)],
    [canvas, "keydown", press], [canvas, "focus", draw], [canvas, "blur", draw],
    [element, "click", click], [element, "input", slide], [element, "htmx:after:swap", swapped],
    [window, "pagehide", leave], [document.body, "skillet:theme", draw],
  ];
  for (const [place, name, handler] of listeners) place.addEventListener(name, handler);
  draw();
  return () => {
    for (const [place, name, handler] of listeners) place.removeEventListener(name, handler);
    leave();
  };
}

const round = (value) => Math.round(value * 1e4) / 1e4;
