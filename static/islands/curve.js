/**
 * Learning curves that grow: one panel a metric, points from `data-source`, then from `skillet:points`.
 *
 * The browser holds the points and never the server's HTML, so a swap of the page around it costs nothing. Events with
 * a `seq` that the source already contained are ignored; the source is asked again when a line has outgrown what can be
 * drawn well (the server answers down-sampled).
 */

import { CONFIG, escaped, layoutFor, lineOf, loadPlotly, palette, watch } from "./charts.js";

const MOST_POINTS = 2_000;
const ASK_AGAIN_AFTER = 5_000;
const SMALLER_IS_BETTER = /loss|error|mae|mse|rmse/;
const ENDED = new Set(["done", "stopped", "failed", "diverged"]);
const LINE_OF_TEXT = 18;
const SPLITS = ["train", "validation"];

export function start(figure) {
  const curve = new Curve(figure);
  const handlers = {
    "skillet:points": (event) => curve.receive(event.detail),
    "skillet:rewind": (event) => curve.receive(event.detail),
    "skillet:progress": (event) => curve.count(event.detail),
    "skillet:state": (event) => curve.isMine(event.detail) && curve.hearState(event.detail.payload.state),
  };
  for (const [name, handler] of Object.entries(handlers)) document.body.addEventListener(name, handler);
  const unwatch = watch(figure.querySelector(".panels"), () => curve.draw());
  const table = figure.querySelector("details");
  const fill = () => curve.describe();
  table.addEventListener("toggle", fill);
  curve.ask();
  return () => {
    for (const [name, handler] of Object.entries(handlers)) document.body.removeEventListener(name, handler);
    table.removeEventListener("toggle", fill);
    unwatch();
    curve.end();
  };
}

class Curve {
  constructor(figure) {
    this.figure = figure;
    this.words = JSON.parse(figure.dataset.words);
    this.metrics = figure.dataset.metrics.split(" ");
    this.places = new Map([...figure.querySelectorAll("[data-metric]")].map((place) => [place.dataset.metric, place]));
    this.series = {};
    this.baselines = [];
    this.best = null;
    this.unit = "step";
    this.seq = null; // null until the source has answered: events wait
    this.waiting = [];
    this.fresh = {}; // name -> {step, value} that came since the last frame
    this.asked = 0;
  }

  isMine(message) {
    return !this.figure.dataset.job || String(message.job) === this.figure.dataset.job;
  }

  /* ---- from the server ---- */

  async ask() {
    clearTimeout(this.timer);
    this.asked = performance.now();
    this.asking = true;
    this.seq = null;
    try {
      const [answer, Plotly] = await Promise.all([
        fetch(this.figure.dataset.source, { headers: { Accept: "application/json" } }),
        loadPlotly(),
      ]);
      if (!answer.ok) throw new Error(answer.statusText);
      const body = await answer.json();
      if (this.ended) return;
      this.Plotly = Plotly;
      if (body.ended) this.figure.querySelector(".key.best").textContent = this.words.ended;
      Object.assign(this, {
        series: body.series, baselines: body.baselines ?? [], best: body.best, unit: body.unit,
        perEpoch: body.steps_per_epoch, seq: body.seq, fresh: {}, fetched: Math.max(0, ...lengths(body.series)),
      });
    } catch {
      if (!this.ended) this.askSoon();
      return;
    } finally {
      this.asking = false;
    }
    await this.draw();
    for (const message of this.waiting.splice(0)) this.receive(message);
    if (this.again) {
      this.again = false;
      this.ask();
    }
  }

  /** The best point of a run is known for good when it ends: the source is asked once more, at once. */
  hearState(state) {
    if (!ENDED.has(state)) {
      this.askSoon();
      return;
    }
    this.asked = -Infinity;
    if (this.asking) this.again = true;
    else this.ask();
  }

  askSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), Math.max(250, this.asked + ASK_AGAIN_AFTER - performance.now()));
  }

  receive(message) {
    if (!this.isMine(message)) return;
    if (this.seq === null) {
      this.waiting.push(message);
      return;
    }
    if (message.seq <= this.seq) return;
    this.seq = message.seq;
    if (message.payload.series) this.append(message.payload);
    else this.rewind(message.payload.step);
  }

  append({ series, best }) {
    for (const [name, points] of Object.entries(series)) {
      const line = (this.series[name] ??= { step: [], value: [] });
      const more = (this.fresh[name] ??= { step: [], value: [] });
      let last = line.step.at(-1) ?? -Infinity;
      points.step.forEach((step, at) => {
        if (step <= last) return;
        last = step;
        for (const list of [line, more]) {
          list.step.push(step);
          list.value.push(points.value[at]);
        }
      });
    }
    if (best) this.best = best;
    else this.findBest(series);
    this.frame ??= requestAnimationFrame(() => this.extend());
    const longest = Math.max(...lengths(this.series));
    if (longest > Math.max(MOST_POINTS, 1.25 * this.fetched)) this.askSoon();
  }

  /** The first progress says how many steps an epoch has; from then on the axis counts epochs. */
  count(message) {
    const perEpoch = message.payload.steps_per_epoch;
    if (this.seq === null || !perEpoch || this.perEpoch || this.unit !== "step" || !this.isMine(message)) return;
    this.perEpoch = perEpoch;
    this.draw();
  }

  rewind(step) {
    for (const line of Object.values(this.series)) {
      const keep = line.step.findLastIndex((at) => at <= step) + 1;
      line.step.length = keep;
      line.value.length = keep;
    }
    this.fresh = {};
    if (this.best?.step > step) this.askSoon();
    this.draw();
  }

  /** The server names the best point; between its answers the same rule is followed here. */
  findBest(series) {
    if (!this.best) {
      if (Object.keys(series).some((name) => name.startsWith("validation/"))) this.askSoon();
      return;
    }
    const { metric } = this.best;
    const points = series[`validation/${metric}`];
    points?.step.forEach((step, at) => {
      const value = points.value[at];
      const better = SMALLER_IS_BETTER.test(metric) ? value < this.best.value : value > this.best.value;
      if (better) this.best = { step, epoch: this.perEpoch ? Math.round(step / this.perEpoch) : null, metric, value };
    });
  }

  /* ---- on the page ---- */

  x(step) {
    return this.perEpoch ? step / this.perEpoch : step;
  }

  get axis() {
    return this.perEpoch ? "epoch" : this.unit;
  }

  async draw() {
    if (!this.Plotly || this.ended) return;
    this.colours = palette();
    this.fresh = {};
    for (const [metric, place] of this.places) {
      this.Plotly.react(place, this.traces(metric), this.layout(metric, place), CONFIG);
    }
    this.tell();
  }

  traces(metric) {
    const lines = SPLITS.map((split) => {
      const { step, value } = this.series[`${split}/${metric}`] ?? { step: [], value: [] };
      const few = step.length <= 40;
      return {
        type: "scatter", mode: few ? "lines+markers" : "lines", name: this.words[split],
        x: step.map((at) => this.x(at)), y: [...value], line: lineOf(split, this.colours),
        marker: { size: 5, color: this.colours[split] }, hovertemplate: "%{y:.3~g}",
      };
    });
    return [...lines, { type: "scatter", mode: "markers", ...this.ring(metric), hoverinfo: "skip", showlegend: false,
      marker: { size: 13, symbol: "circle-open", color: this.colours.ink, line: { width: 2, color: this.colours.ink } } }];
  }

  ring(metric) {
    if (!this.best) return { x: [], y: [] };
    let value = this.best.value;
    if (this.best.metric !== metric) {
      const line = this.series[`validation/${metric}`];
      value = line?.value[line.step.indexOf(this.best.step)];
    }
    return value === undefined ? { x: [], y: [] } : { x: [this.x(this.best.step)], y: [value] };
  }

  layout(metric, place) {
    const layout = layoutFor(place, this.colours);
    layout.hovermode = "x unified";
    layout.xaxis = { ...layout.xaxis, title: { ...layout.xaxis.title, text: escaped(this.words[this.axis]) }, rangemode: "tozero" };
    layout.yaxis.tickformat = ",.3~r";
    layout.yaxis.nticks = 7;
    const lines = this.baselines.filter((baseline) => baseline.metric === metric);
    layout.shapes = lines.map(({ value }) => ({
      type: "line", xref: "paper", x0: 0, x1: 1, y0: value, y1: value, line: lineOf("baseline", this.colours),
    }));
    layout.annotations = this.labels(metric, place).map(({ name, value }) => ({
      xref: "paper", x: 1, xanchor: "right", y: value, yanchor: "bottom", showarrow: false, text: escaped(name),
      bgcolor: this.colours.paper, opacity: 0.85, borderpad: 1,
      font: { size: layout.font.size - 1, color: this.colours.quiet },
    }));
    // shapes do not stretch the axis by themselves: an unseen trace would be hovered, so the range is asked for
    if (lines.length) layout.yaxis.autorangeoptions = { include: lines.map(({ value }) => value) };
    return layout;
  }

  /** Names of the baselines; those whose lines would stand closer than their text is high share one label. */
  labels(metric, place) {
    const lines = this.baselines.filter((baseline) => baseline.metric === metric).sort((a, b) => a.value - b.value);
    const values = lines.map(({ value }) => value);
    for (const split of SPLITS) for (const value of this.series[`${split}/${metric}`]?.value ?? []) values.push(value);
    const span = values.reduce((a, b) => Math.max(a, b), -Infinity) - values.reduce((a, b) => Math.min(a, b), Infinity);
    const least = (span * LINE_OF_TEXT) / Math.max(1, place.clientHeight - 60);
    const labels = [];
    for (const { name, value } of lines) {
      const last = labels.at(-1);
      if (last && value - last.value <= least) Object.assign(last, { name: `${last.name} · ${name}`, value });
      else labels.push({ name, value });
    }
    return labels;
  }

  /** Append what came since the last frame; a few points more never redraw the chart. */
  extend() {
    this.frame = null;
    if (!this.Plotly || this.ended) return;
    for (const [metric, place] of this.places) {
      if (place.data?.[0].x.length <= 40 && (this.series[`train/${metric}`]?.step.length ?? 0) > 40) {
        this.Plotly.restyle(place, { mode: "lines" }, [0, 1]);
      }
      const update = { x: [], y: [] };
      const indices = [];
      SPLITS.forEach((split, index) => {
        const more = this.fresh[`${split}/${metric}`];
        if (!more?.step.length) return;
        update.x.push(more.step.map((at) => this.x(at)));
        update.y.push(more.value);
        indices.push(index);
      });
      if (indices.length) this.Plotly.extendTraces(place, update, indices);
      if (this.labels(metric, place).length !== (place.layout?.annotations?.length ?? 0)) {
        this.Plotly.relayout(place, { annotations: this.layout(metric, place).annotations });
      }
      const ring = this.ring(metric);
      if (ring.x[0] !== place.data?.[2].x[0]) this.Plotly.restyle(place, { x: [ring.x], y: [ring.y] }, [2]);
    }
    this.fresh = {};
    this.tell();
  }

  tell() {
    const drawn = lengths(this.series).reduce((sum, length) => sum + length, 0);
    this.figure.dataset.drawn = drawn;
    if (drawn && !this.told) {
      this.told = true;
      this.figure.dispatchEvent(new CustomEvent("skillet:first-point", { bubbles: true }));
    }
    this.describing ??= setTimeout(() => this.describe(), this.described ? 1_000 : 0);
  }

  /* ---- in words ---- */

  describe() {
    clearTimeout(this.describing);
    this.describing = null;
    this.described = true;
    if (this.ended) return;
    const last = Math.max(-1, ...Object.values(this.series).map((line) => line.step.at(-1) ?? -1));
    if (last < 0) return;
    const facts = [];
    for (const metric of this.metrics) {
      for (const split of SPLITS) {
        const value = this.series[`${split}/${metric}`]?.value.at(-1);
        if (value !== undefined && value !== null) facts.push(fill(this.words.fact, { line: this.name(split, metric), value: round(value) }));
      }
    }
    if (this.best) facts.push(fill(this.words.best, { at: this.when(this.best.step) }));
    const sentence = fill(this.words.sentence, { at: this.when(last), facts: facts.join(", ") });
    this.figure.querySelector(".chart-sentence").textContent = sentence;
    this.tabulate();
  }

  name(split, metric) {
    const label = metric === "loss" ? this.words.loss : (this.words.labels[metric] ?? metric);
    const acronym = label === label.toLocaleUpperCase(); // RMSE stays RMSE inside a sentence
    return `${this.words[split]} ${acronym ? label : label.toLocaleLowerCase()}`;
  }

  when(step) {
    const n = this.perEpoch ? Math.round(10 * this.x(step)) / 10 : step;
    if (this.perEpoch && n === 0) return fill(this.words.at.step, { n: step.toLocaleString() });
    return fill(this.words.at[this.axis], { n: n.toLocaleString() });
  }

  /** The table is written when somebody opens it, and holds the last 200 points. */
  tabulate() {
    if (!this.figure.querySelector("details").open) return;
    const names = this.metrics.flatMap((metric) => SPLITS.map((split) => [split, metric])).filter(([s, m]) => this.series[`${s}/${m}`]);
    const rows = new Map();
    names.forEach(([split, metric], column) => {
      const { step, value } = this.series[`${split}/${metric}`];
      step.forEach((at, index) => {
        if (!rows.has(at)) rows.set(at, []);
        rows.get(at)[column] = value[index];
      });
    });
    const table = this.figure.querySelector("table");
    const head = row("th", [this.words[this.axis], ...names.map(([split, metric]) => this.name(split, metric))]);
    const body = [...rows].sort(([a], [b]) => b - a).slice(0, 200);
    table.replaceChildren(document.createElement("thead"), document.createElement("tbody"));
    table.tHead.append(head);
    table.tBodies[0].append(...body.map(([at, values]) => row("td", [round(this.x(at)), ...names.map((_, n) => (values[n] == null ? "" : round(values[n])))])));
  }

  end() {
    this.ended = true;
    clearTimeout(this.timer);
    clearTimeout(this.describing);
    cancelAnimationFrame(this.frame);
    for (const place of this.places.values()) this.Plotly?.purge(place);
  }
}

function lengths(series) {
  return Object.values(series).map((line) => line.step.length);
}

function round(value) {
  return Number(value).toLocaleString(document.documentElement.lang, { maximumSignificantDigits: 3 });
}

function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

function row(tag, cells) {
  const line = document.createElement("tr");
  for (const text of cells) {
    const cell = line.appendChild(document.createElement(tag));
    cell.textContent = text;
    cell.className = "number";
    if (tag === "th") cell.scope = "col";
  }
  return line;
}
