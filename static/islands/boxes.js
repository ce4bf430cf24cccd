/** Boxes on the picture at hand: drawn, moved, resized, nudged and deleted; each change is kept through `label`. */

const NUDGE = 0.01;
const LEAST = 0.01;
const MIDDLE = { x: 0.35, y: 0.35, w: 0.3, h: 0.3 };
const SVG = "http://www.w3.org/2000/svg";
const CORNERS = [[0, 0], [1, 0], [0, 1], [1, 1]];

export function start(element) {
  const words = JSON.parse(element.dataset.words);
  const stage = element.querySelector("[data-stage]");
  if (!stage) return undefined;
  const svg = stage.querySelector("[data-boxes]");
  let boxes = [];
  let at = -1;
  let drag = null;
  let label = null;

  const labels = () => [...element.querySelectorAll("[data-label]")].map((key) => key.dataset.label);
  const clamp = (value) => Math.max(0, Math.min(1, value));
  const round = (value) => Math.round(value * 1e6) / 1e6;

  function load(event) {
    boxes = JSON.parse(event.detail.row.dataset.value || "[]");
    at = -1;
    draw();
  }

  function keep() {
    const value = JSON.stringify(boxes.map(({ label: name, x, y, w, h }) => ({ label: name, x: round(x), y: round(y), w: round(Math.min(w, 1 - x)), h: round(Math.min(h, 1 - y)) })));
    element.dispatchEvent(new CustomEvent("skillet:set", { detail: { value } }));
  }

  function draw() {
    svg.replaceChildren();
    boxes.forEach((box, n) => {
      const place = Math.max(0, labels().indexOf(box.label)) % 8;
      const frame = add("rect", { x: box.x, y: box.y, width: box.w, height: box.h, class: `box class-${place}${n === at ? " chosen" : ""}`, "data-box": n });
      frame.appendChild(document.createElementNS(SVG, "title")).textContent = words.box.replace("{n}", n + 1).replace("{label}", box.label);
      if (n === at) for (const [cx, cy] of CORNERS) add("ellipse", { cx: box.x + cx * box.w, cy: box.y + cy * box.h, rx: 0.012, ry: (0.012 * stage.clientWidth) / stage.clientHeight, class: "corner", "data-corner": `${cx}${cy}` });
    });
  }

  function add(name, attributes) {
    const made = svg.appendChild(document.createElementNS(SVG, name));
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  function where(event) {
    const area = svg.getBoundingClientRect();
    return [clamp((event.clientX - area.left) / area.width), clamp((event.clientY - area.top) / area.height)];
  }

  function down(event) {
    if (event.button !== 0) return;
    const [x, y] = where(event);
    const { box, corner } = event.target.dataset;
    stage.focus();
    if (corner) drag = { how: "size", corner: [...corner].map(Number), box: { ...boxes[at] } };
    else if (box !== undefined) {
      at = Number(box);
      drag = { how: "move", from: [x, y], box: { ...boxes[at] } };
    } else {
      const name = label ?? labels()[0];
      if (!name) return;
      drag = { how: "draw", from: [x, y] };
      boxes.push({ label: name, x, y, w: 0, h: 0 });
      at = boxes.length - 1;
    }
    stage.setPointerCapture(event.pointerId);
    event.preventDefault();
    draw();
  }

  function move(event) {
    if (!drag) return;
    const [x, y] = where(event);
    const box = boxes[at];
    if (drag.how === "draw") span(box, drag.from, [x, y]);
    else if (drag.how === "move") {
      box.x = Math.max(0, Math.min(1 - box.w, drag.box.x + x - drag.from[0]));
      box.y = Math.max(0, Math.min(1 - box.h, drag.box.y + y - drag.from[1]));
    } else {
      const [cx, cy] = drag.corner;
      span(box, [drag.box.x + (1 - cx) * drag.box.w, drag.box.y + (1 - cy) * drag.box.h], [x, y]);
    }
    draw();
  }

  function span(box, [x0, y0], [x1, y1]) {
    Object.assign(box, { x: Math.min(x0, x1), y: Math.min(y0, y1), w: Math.abs(x1 - x0), h: Math.abs(y1 - y0) });
  }

  function up() {
    if (!drag) return;
    const drawn = drag.how === "draw" && (boxes[at].w < LEAST || boxes[at].h < LEAST);
    const moved = drag.how !== "move" || boxes[at].x !== drag.box.x || boxes[at].y !== drag.box.y;
    drag = null;
    if (drawn) {
      boxes.splice(at, 1); // a click, not a box
      at = -1;
    } else if (moved) keep();
    draw();
  }

  function name(event) {
    const key = event.target.closest("[data-label]");
    if (!key) return;
    label = key.dataset.label;
    for (const one of element.querySelectorAll("[data-label]")) one.setAttribute("aria-pressed", String(one === key));
    if (at < 0) return;
    boxes[at].label = label;
    keep();
    draw();
  }

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const box = boxes[at];
    const way = { ArrowLeft: [-NUDGE, 0], ArrowRight: [NUDGE, 0], ArrowUp: [0, -NUDGE], ArrowDown: [0, NUDGE] }[event.key];
    if (event.key === "b" && labels().length) {
      boxes.push({ label: label ?? labels()[0], ...MIDDLE });
      at = boxes.length - 1;
    } else if (event.key === "Tab" && boxes.length && !event.shiftKey && at < boxes.length - 1) at += 1;
    else if (["Delete", "Backspace"].includes(event.key) && box) {
      boxes.splice(at, 1);
      at = -1;
    } else if (way && box && event.shiftKey) {
      box.w = Math.max(LEAST, Math.min(1 - box.x, box.w + way[0]));
      box.h = Math.max(LEAST, Math.min(1 - box.y, box.h + way[1]));
    } else if (way && box) {
      box.x = Math.max(0, Math.min(1 - box.w, box.x + way[0]));
      box.y = Math.max(0, Math.min(1 - box.h, box.y + way[1]));
    } else return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key !== "Tab") keep();
    draw();
  }

  const picture = stage.querySelector("[data-picture]");
  const listeners = [
    [element, "skillet:row", load], [stage, "pointerdown", down], [stage, "pointermove", move], [stage, "pointerup", up],
    [stage, "pointercancel", up], [element, "click", name], [stage, "keydown", press], [picture, "load", draw],
  ];
  for (const [target, type, handler] of listeners) target.addEventListener(type, handler);
  const first = element.querySelector(".current") ?? element.querySelector("[data-row]"); // label may have come first
  if (first) load({ detail: { row: first } });
  return () => {
    for (const [target, type, handler] of listeners) target.removeEventListener(type, handler);
  };
}
