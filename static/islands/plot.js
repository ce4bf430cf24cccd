/** A still figure: `<figure data-island="plot" data-figure='{"data": […], "layout": {…}}'>`, painted for the theme. */

import { CONFIG, escaped, layoutFor, lineOf, loadPlotly, merged, palette, watch } from "./charts.js";

export function start(element) {
  const place = element.querySelector(".plot");
  let Plotly = null;

  async function draw() {
    Plotly ??= await loadPlotly();
    if (!element.isConnected) return;
    const figure = escaped(JSON.parse(element.dataset.figure));
    const colours = palette();
    const traces = figure.data.map((trace) => painted(trace, colours));
    const layout = merged(layoutFor(element, colours), withTitles(figure.layout || {}));
    layout.showlegend = figure.layout?.showlegend ?? traces.filter((trace) => trace.name).length > 1;
    if (layout.showlegend) layout.margin = { ...layout.margin, t: 34 };
    await Plotly.react(place, traces, layout, CONFIG);
    element.dataset.drawn = traces.reduce((sum, trace) => sum + (trace.y ?? trace.values ?? trace.x ?? []).length, 0);
    element.dispatchEvent(new CustomEvent("skillet:drawn", { bubbles: true }));
  }

  const changes = new MutationObserver(draw); // a morphing swap changes the attribute and keeps the element
  changes.observe(element, { attributeFilter: ["data-figure"] });
  const unwatch = watch(place, draw);
  draw();
  return () => {
    changes.disconnect();
    unwatch();
    Plotly?.purge(place);
  };
}

function painted(trace, colours) {
  const colour = colours[trace.meta];
  const base = { hoverlabel: { namelength: -1 } };
  if (trace.type === "pie") {
    return merged({ ...base, sort: false, hole: 0.55, marker: { colors: [0, 1, 2, 3, 4, 5, 6, 7].map((n) => colours[n]) } }, trace);
  }
  if (trace.type === "bar") return merged({ ...base, marker: { color: colour ?? colours.train } }, trace);
  const points = { size: 7, opacity: 0.75, line: { width: 0 } };
  if (!colour) return merged({ ...base, line: { width: 2.25 }, marker: points }, trace);
  return merged({ ...base, line: lineOf(trace.meta, colours), marker: { ...points, color: colour } }, trace);
}

/** Pages may write titles as plain strings. */
function withTitles(layout) {
  const titled = (part) => (typeof part?.title === "string" ? { ...part, title: { text: part.title } } : part);
  const axes = Object.entries(layout).map(([key, part]) => [key, /^[xy]axis/.test(key) ? titled(part) : part]);
  return titled(Object.fromEntries(axes));
}
