/**
 * The bars of a header filter the rows: click one, or drag over several. By keyboard the drawer of the column does the
 * same. `data-brush`: what each bar adds to an address; `data-address`: the address without the column's filter.
 */

export function start(element) {
  const bars = JSON.parse(element.dataset.brush);
  const picture = element.querySelector("svg");
  if (!picture || !bars.length) return undefined;
  const shade = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  shade.setAttribute("class", "brushed");
  shade.setAttribute("height", "18");
  let from = null;
  let to = null;

  function at(event) {
    const box = picture.getBoundingClientRect();
    return Math.max(0, Math.min(bars.length - 1, Math.floor(((event.clientX - box.left) / box.width) * bars.length)));
  }

  function down(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    from = to = at(event);
    picture.setPointerCapture(event.pointerId);
    picture.prepend(shade);
    show();
  }

  function move(event) {
    const bar = bars[at(event)];
    if (from === null) {
      element.title = bar.label;
      return;
    }
    to = at(event);
    show();
  }

  function up() {
    if (from === null) return;
    const [first, last] = [Math.min(from, to), Math.max(from, to)];
    cancel();
    visit(addressOf(first, last));
  }

  function cancel() {
    from = to = null;
    shade.remove();
  }

  function show() {
    const step = 60 / bars.length;
    const first = Math.min(from, to);
    shade.setAttribute("x", first * step);
    shade.setAttribute("width", (Math.abs(to - from) + 1) * step);
  }

  function addressOf(first, last) {
    const chosen = bars.slice(first, last + 1);
    const pairs = bars[0].pairs ? chosen.flatMap((bar) => bar.pairs) : [chosen[0].from, chosen.at(-1).to];
    const address = new URL(element.dataset.address, location.href);
    for (const [key, value] of pairs) address.searchParams.append(key, value);
    return address.pathname + address.search;
  }

  const swallow = (event) => {
    event.preventDefault(); // the header around the bars opens the drawer
    event.stopPropagation();
  };
  const keys = (event) => event.key === "Escape" && cancel();
  const listeners = [
    [picture, "pointerdown", down],
    [picture, "pointermove", move],
    [picture, "pointerup", up],
    [picture, "pointercancel", cancel],
    [picture, "click", swallow],
    [element, "dragstart", swallow],
    [document, "keydown", keys],
  ];
  for (const [target, name, handler] of listeners) target.addEventListener(name, handler);
  return () => {
    for (const [target, name, handler] of listeners) target.removeEventListener(name, handler);
  };
}

/** Go to another view of the rows, as its links do. */
export function visit(address) {
  const link = document.createElement("a");
  link.href = address;
  link.hidden = true;
  for (const [name, value] of [["get", address], ["target", "#rows"], ["swap", "outerHTML"], ["push-url", "true"], ["indicator", "#rows"]]) {
    link.setAttribute(`hx-${name}`, value);
  }
  document.querySelector("#rows").append(link);
  window.htmx.process(link);
  link.click();
}
