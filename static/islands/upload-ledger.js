/** What the drop target shows while it sends: a line a file, a bar and a sentence for all, and changes of state for ears. */

const EVERY = 200; // milliseconds between two sentences
const STAYS = 5000; // milliseconds that a sentence for ears, or one about a break, stays

export function ledger(panel, say) {
  const list = panel.querySelector(".drop-files");
  const bar = panel.querySelector(".drop-sum");
  const line = panel.querySelector(".progress-words");
  const spoken = panel.querySelector("[role=status]");
  const template = panel.querySelector("template");
  let parts = [];
  let timer = null;
  let clock = null; // {began, from}: since when, and from how many bytes, the speed is measured
  let last = 0;
  let quarter = 0; // of the whole, that was told
  let back = 0; // until when it is said that sending went on after a break

  function begin(some) {
    parts = some;
    clock = null;
    list.replaceChildren(...parts.map(rowOf));
    list.hidden = parts.length === 1;
    bar.max = sum("size");
    bar.removeAttribute("value");
    quarter = 0;
    summary(say("starting", naming()));
  }

  function look(sentence) {
    list.hidden = true;
    bar.removeAttribute("value");
    line.textContent = sentence;
  }

  function rowOf(part) {
    const row = template.content.firstElementChild.cloneNode(true);
    row.querySelector(".drop-name").textContent = part.name;
    row.querySelector(".drop-size").textContent = size(part.size);
    row.querySelector("progress").max = part.size;
    part.row = row;
    return row;
  }

  function show(part, state) {
    const changed = part.state !== state;
    if (state === "sending" && part.state === "waiting") back = performance.now() + STAYS;
    part.state = state;
    part.row.dataset.state = state;
    part.row.querySelector("progress").value = part.sent;
    const facts = { name: nameOf(part), share: share(part.sent, part.size) };
    if (changed || state === "sending") part.row.querySelector(".drop-state").textContent = state === "refused" ? part.refused : say(`row-${state}`, facts);
    if (changed && ["arrived", "refused"].includes(state)) tell(part.refused ?? say("told-arrived", facts));
    if (state === "waiting") return summary(say("waiting", { ...naming(), done: size(sum("sent")), total: size(sum("size")) }));
    if (state !== "sending") clock = null;
    return progress(changed);
  }

  function progress(at_once) {
    const [sent, total] = [sum("sent"), sum("size")];
    bar.value = sent;
    const now = performance.now();
    clock ??= { began: now, from: sent };
    if (now - last < EVERY && !at_once) return;
    last = now;
    const rate = now - clock.began > 500 ? (sent - clock.from) / (now - clock.began) : 0;
    const left = rate > 0 ? time((total - sent) / rate / 1000) : "…";
    const facts = { ...naming(), done: size(sent), total: size(total), left };
    line.textContent = say(now < back ? "back" : "sending", facts);
    const reached = Math.floor((4 * sent) / total);
    if (reached === quarter && !(at_once && now < back)) return;
    quarter = reached;
    tell(line.textContent);
  }

  function summary(sentence) {
    clock = null;
    line.textContent = sentence;
    tell(sentence);
  }

  function pause() {
    for (const part of parts) if (!part.arrived && !part.refused) show(part, "paused");
    summary(say("paused", { ...naming(), done: size(sum("sent")), total: size(sum("size")) }));
  }

  function resume() {
    for (const part of parts) if (!part.arrived && !part.refused) part.state = "resumed";
    clock = null;
    tell(say("resumed"));
  }

  /** The sum of a figure; what was refused does not count. */
  function sum(key) {
    return parts.filter((part) => !part.refused).reduce((total, part) => total + (part[key] ?? 0), 0);
  }

  function naming() {
    return { name: parts.length === 1 ? nameOf(parts[0]) : say("files", { n: parts.length }) };
  }

  function nameOf(part) {
    return part.label ? say("folder", { name: part.label, n: part.files.toLocaleString(language()) }) : part.name;
  }

  /** For ears: what the eyes have, said at changes and quarters, and gone before it is no longer true. */
  function tell(sentence) {
    if (!sentence) return;
    clearTimeout(timer);
    spoken.textContent = sentence;
    timer = setTimeout(() => (spoken.textContent = ""), STAYS);
  }

  function time(seconds) {
    return seconds < 90 ? say("seconds", { n: Math.ceil(seconds) }) : say("minutes", { n: Math.round(seconds / 60) });
  }

  return { look, begin, show, summary, pause, resume };
}

function share(sent, total) {
  return `${Math.floor((100 * sent) / total)} %`;
}

function language() {
  return document.documentElement.lang;
}

function size(bytes) {
  const power = Math.min(3, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const number = (bytes / 1000 ** power).toLocaleString(language(), { maximumSignificantDigits: 3 });
  return `${number} ${["bytes", "kB", "MB", "GB"][power]}`;
}
