/** What every chart shares: Plotly (fetched when the first chart asks), colours of the theme, plain-text labels. */

let plotly = null;

/** Fetch Plotly once; its address is on the script element of start.js. */
export function loadPlotly() {
  plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = document.querySelector("script[data-plotly]").dataset.plotly;
    script.onload = () => resolve(window.Plotly);
    script.onerror = reject;
    document.head.append(script);
  });
  return plotly;
}

export const CONFIG = { displayModeBar: false, responsive: false, showTips: false };
const DASHES = { validation: "dash", baseline: "6px 5px", test: "dot" };

/** The tokens of app.css as colours that Plotly can read, for the theme that holds now. */
export function palette() {
  const probe = document.body.appendChild(document.createElement("i"));
  const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const read = (token) => {
    probe.style.color = `var(--${token})`;
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = getComputedStyle(probe).color;
    pixel.fillRect(0, 0, 1, 1);
    return `rgb(${pixel.getImageData(0, 0, 1, 1).data.slice(0, 3).join(",")})`;
  };
  const names = ["ink", "quiet", "hairline", "line", "paper", "raised", "accent", "train", "validation", "test", "baseline", "good", "bad"];
  const colours = Object.fromEntries(names.map((name) => [name, read(name)]));
  for (let n = 0; n < 8; n += 1) colours[n] = read(`class-${n}`);
  probe.remove();
  return colours;
}

/** Layout in Skillet's manner, to be spread under what a figure says itself. */
export function layoutFor(element, colours) {
  const { fontFamily, fontSize } = getComputedStyle(element);
  const size = Math.round(parseFloat(fontSize) * 0.8667);
  const title = { standoff: 8, font: { size } };
  const axis = {
    gridcolor: colours.hairline, linecolor: colours.line, tickcolor: colours.line, zeroline: false, showgrid: true,
    fixedrange: true, automargin: true, ticklabelstandoff: 4,
  };
  return {
    autosize: true,
    margin: { l: 48, r: 12, t: 8, b: 40, pad: 0 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: fontFamily, size, color: colours.quiet },
    hoverlabel: { bgcolor: colours.raised, bordercolor: colours.line, font: { family: fontFamily, size, color: colours.ink } },
    showlegend: false,
    dragmode: false,
    bargap: 0.12,
    colorway: [0, 1, 2, 3, 4, 5, 6, 7].map((n) => colours[n]),
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
    xaxis: { ...axis, showgrid: false, showline: true, title },
    yaxis: { ...axis, title },
  };
}

/** Line of a meaning (train, validation, …): colour and dash together, so that colour is never alone. */
export function lineOf(role, colours, width = 2.25) {
  return { color: colours[role], width: role === "baseline" ? 1.5 : width, dash: DASHES[role] || "solid" };
}

/** Deep copy with `<>&` escaped in every text, since Plotly reads labels as a kind of HTML. */
export function escaped(value) {
  if (typeof value === "string") return value.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  if (Array.isArray(value)) return value.map(escaped);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, escaped(v)]));
  return value;
}

/** Deep merge of plain objects; `over` wins. */
export function merged(under, over) {
  const result = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const both = isObject(value) && isObject(result[key]);
    result[key] = both ? merged(result[key], value) : value;
  }
  return result;
}

function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** Call `redraw` when the theme or the size of the element changes; returns the function that ends it. */
export function watch(element, redraw) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let width = element.clientWidth;
  let height = element.clientHeight;
  let frame = 0;
  const soon = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(redraw);
  };
  const sizes = new ResizeObserver(() => {
    if (element.clientWidth === width && element.clientHeight === height) return;
    width = element.clientWidth;
    height = element.clientHeight;
    soon();
  });
  sizes.observe(element);
  dark.addEventListener("change", soon);
  document.body.addEventListener("skillet:theme", soon);
  return () => {
    cancelAnimationFrame(frame);
    sizes.disconnect();
    dark.removeEventListener("change", soon);
    document.body.removeEventListener("skillet:theme", soon);
  };
}
