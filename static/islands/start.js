/**
 * Starts islands: every `[data-island="name …"]`, on load and after each htmx swap.
 *
 * An island is a module with `start(element)`; it may return a function that is called when the element has left the
 * page. Modules are fetched when the first element asks for them, so a page pays only for what it shows.
 */

const islands = {
  boxes: () => import("./boxes.js"),
  brush: () => import("./brush.js"),
  camera: () => import("./camera.js"),
  cloud: () => import("./cloud.js"),
  curve: () => import("./curve.js"),
  draw: () => import("./draw.js"),
  drawer: () => import("./drawer.js"),
  filter: () => import("./filter.js"),
  grid: () => import("./grid.js"),
  keys: () => import("./keys.js"),
  label: () => import("./label.js"),
  microphone: () => import("./microphone.js"),
  notices: () => import("./notices.js"),
  paint: () => import("./paint.js"),
  overlay: () => import("./overlay.js"),
  picture: () => import("./picture.js"),
  player: () => import("./player.js"),
  plot: () => import("./plot.js"),
  present: () => import("./present.js"),
  rail: () => import("./rail.js"),
  selection: () => import("./selection.js"),
  sounds: () => import("./sounds.js"),
  stream: () => import("./stream.js"),
  texts: () => import("./texts.js"),
  tensor: () => import("./tensor.js"),
  theme: () => import("./theme.js"),
  upload: () => import("./upload.js"),
};

/** element -> the functions that stop its islands */
const running = new Map();

function scan() {
  for (const [element, stops] of running) {
    if (element.isConnected) continue;
    running.delete(element);
    for (const stop of stops) stop();
  }
  for (const element of document.querySelectorAll("[data-island]")) {
    if (running.has(element)) continue;
    running.set(element, []);
    for (const name of element.dataset.island.split(/\s+/)) startOne(element, name);
  }
}

async function startOne(element, name) {
  const module = await islands[name]();
  const stops = running.get(element);
  if (!stops || !element.isConnected) return; // swapped away while the module was on its way
  const stop = module.start(element);
  if (stop) stops.push(stop);
}

document.addEventListener("htmx:after:swap", scan);
document.addEventListener("htmx:after:process", scan);
scan();
