/** Drawings of classes: a paper with pen and eraser, every stroke can be taken back. */

import { collect } from "./collect.js";

export function start(element) {
  const collection = collect(element);
  const { words, say, send } = collection;
  const canvas = element.querySelector("canvas");
  const pen = canvas.getContext("2d");
  const strokes = [];
  let current = null;

  function at(event) {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  }

  function down(event) {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    const tool = element.querySelector("[name=tool]:checked").value;
    current = { tool, thickness: Number(element.querySelector("[data-thickness]").value), points: [at(event)] };
    strokes.push(current);
    paint();
  }

  function move(event) {
    if (!current) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) current.points.push(at(one));
    paint();
  }

  function paint() {
    pen.fillStyle = "white";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.lineCap = pen.lineJoin = "round";
    for (const { tool, thickness, points } of strokes) {
      pen.strokeStyle = tool === "eraser" ? "white" : "black";
      pen.lineWidth = thickness;
      pen.beginPath();
      pen.moveTo(...points[0]);
      for (const point of points.length > 1 ? points.slice(1) : points) pen.lineTo(...point);
      pen.stroke();
    }
  }

  function choose(choice) {
    choice.checked = true;
    say(words.into.replace("{name}", choice.closest("[data-class]").dataset.name));
  }

  const act = {
    undo() {
      strokes.pop();
      paint();
    },
    clear() {
      strokes.length = 0;
      paint();
    },
    next() {
      const choices = [...element.querySelectorAll("[name=class]")];
      const here = choices.findIndex((choice) => choice.checked);
      if (choices.length) choose(choices[(here + 1) % choices.length]);
    },
    save() {
      const choice = element.querySelector("[name=class]:checked");
      if (!strokes.length || !choice) return say(words.empty);
      const place = choice.closest("[data-class]");
      canvas.toBlob((blob) => {
        send(place.dataset.class, blob);
        say(words.saved.replace("{name}", place.dataset.name));
      }, "image/png");
      act.clear();
    },
  };

  function press(event) {
    const numbered = /^[1-9]$/.test(event.key) && element.querySelector(`[data-number="${event.key}"] [name=class]`);
    const key = { Enter: "save", u: "undo", c: "clear", n: "next" }[event.key];
    if (!(key || numbered) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target !== canvas && event.target.closest("input:not([type=radio], [type=range]), textarea, select")) return;
    if (numbered) {
      choose(numbered);
      return;
    }
    if (event.target !== canvas && event.target.closest("button, a")) return;
    event.preventDefault();
    act[key]();
  }

  const buttons = Object.keys(act).map((name) => [element.querySelector(`[data-${name}]`), "click", act[name]]);
  const listeners = [
    [canvas, "pointerdown", down], [canvas, "pointermove", move],
    [canvas, "pointerup", () => (current = null)], [canvas, "pointercancel", () => (current = null)],
    [document, "keydown", press], ...buttons,
  ];
  for (const [target, name, handler] of listeners) target.addEventListener(name, handler);
  paint();
  return () => {
    for (const [target, name, handler] of listeners) target.removeEventListener(name, handler);
    collection.stop();
  };
}
