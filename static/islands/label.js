/**
 * Labels by keyboard: the chosen rows get the label of a number key, and the next row is chosen. Every stroke is sent
 * at once, one after another; what does not arrive is sent again.
 */

const AGAIN = 2_000;

export function start(element) {
  const words = JSON.parse(element.dataset.words);
  const { place, kind } = element.dataset;
  const wall = element.querySelector("[data-wall]");
  const sending = [];
  let busy = false;
  let alive = true;
  let current = wall?.querySelector("[data-row]") ?? null;

  const rows = () => [...(wall?.querySelectorAll("[data-row]") ?? [])];
  const chosen = () => {
    const many = rows().filter((row) => row.getAttribute("aria-selected") === "true");
    return many.length ? many : [current].filter(Boolean);
  };

  function paint(row) {
    const labelled = "labelled" in row.dataset;
    const value = row.dataset.value;
    let said = labelled ? value : words.missing;
    if (labelled && kind !== "category") {
      const list = JSON.parse(value || "[]");
      said = list.map((one) => one.label ?? one).join(", ") || "–";
    }
    if ("excluded" in row.dataset) said = words.excluded;
    row.querySelector("[data-now]").textContent = said;
  }

  function show(row, { focus = true, extend = false, still = false } = {}) {
    if (!row) return;
    current = row;
    for (const one of rows()) {
      one.tabIndex = one === row ? 0 : -1;
      one.classList.toggle("current", one === row);
      if (!extend) one.setAttribute("aria-selected", "false");
    }
    row.setAttribute("aria-selected", "true");
    if (focus) row.focus({ preventScroll: still });
    const picture = element.querySelector("[data-picture]");
    if (picture) picture.src = row.dataset.media ?? "";
    const sound = element.querySelector("[data-sound]");
    if (sound) {
      sound.src = row.dataset.media ?? "";
      if (focus && row.dataset.media) sound.play().catch(() => {}); // a browser may want a click first
    }
    const text = element.querySelector("[data-text]");
    if (text) text.textContent = row.querySelector(".label-text").textContent;
    element.dispatchEvent(new CustomEvent("skillet:row", { detail: { row } }));
  }

  const beside = (step) => {
    const all = rows();
    return all[Math.max(0, Math.min(all.length - 1, all.indexOf(current) + step))];
  };

  function set(targets, value, excluded = false) {
    for (const row of targets) {
      if (value === null) delete row.dataset.labelled;
      else row.dataset.labelled = "";
      row.dataset.value = value ?? "";
      if (excluded) row.dataset.excluded = "";
      else delete row.dataset.excluded;
      paint(row);
    }
    send("marks", { rows: targets.map((row) => Number(row.dataset.row)), value, excluded });
  }

  function give(label) {
    const targets = chosen();
    if (!targets.length) return;
    if (kind === "tags") {
      const has = (row) => JSON.parse(row.dataset.value || "[]");
      const all = targets.every((row) => has(row).includes(label));
      const groups = new Map();
      for (const row of targets) {
        const tags = all ? has(row).filter((tag) => tag !== label) : [...new Set([...has(row), label])];
        groups.set(JSON.stringify(tags), [...(groups.get(JSON.stringify(tags)) ?? []), row]);
      }
      for (const [value, group] of groups) set(group, value);
      return; // several tags may follow: Enter goes on
    }
    const last = targets.at(-1);
    set(targets, label);
    current = last;
    onward();
  }

  function onward() {
    const next = beside(1);
    if (next !== current) show(next);
    else {
      show(current);
      element.querySelector("[data-following]")?.focus();
    }
  }

  function send(path, body) {
    sending.push({ path, body });
    pump();
  }

  async function pump() {
    if (busy) return;
    busy = true;
    while (sending.length && alive) {
      const { path, body } = sending[0];
      try {
        const answer = await fetch(`${place}/${path}`, { method: "POST", body: body ? JSON.stringify(body) : undefined, headers: { "Content-Type": "application/json", Accept: "application/json" } });
        sending.shift();
        const found = await answer.json();
        if (answer.ok) heard(found);
        else say(found.error ?? words.refused);
      } catch {
        say(words.unsaved);
        await new Promise((done) => setTimeout(done, AGAIN));
      }
    }
    busy = false;
    element.dispatchEvent(new CustomEvent("skillet:kept"));
  }

  function heard(found) {
    document.querySelector(".headline h1").textContent = found.words;
    const line = document.querySelector("[data-progress]");
    line.value = found.labelled;
    line.max = found.total;
    element.dataset.pending = found.pending;
    say(found.pending ? words.pending.replace("{n}", found.pending.toLocaleString(document.documentElement.lang)) : "");
    if (!found.undone) return;
    say(found.undone.length ? words.undone : words.none);
    for (const [number, value, excluded] of found.undone) {
      const row = wall?.querySelector(`[data-row="${number}"]`);
      if (!row) continue;
      if (value === null) delete row.dataset.labelled;
      else row.dataset.labelled = "";
      row.dataset.value = value ?? "";
      if (excluded) row.dataset.excluded = "";
      else delete row.dataset.excluded;
      paint(row);
      show(row);
    }
  }

  function say(sentence) {
    element.querySelector("[data-said]").textContent = sentence;
  }

  /** Each chosen row gets the label that is suggested for it. */
  function suggest() {
    const targets = chosen().filter((row) => row.dataset.suggested);
    for (const label of new Set(targets.map((row) => row.dataset.suggested))) set(targets.filter((row) => row.dataset.suggested === label), label);
    if (!targets.length) return;
    current = targets.at(-1);
    onward();
  }

  const act = {
    suggest,
    undo: () => send("undo"),
    clear: () => set(chosen(), null),
    exclude() {
      set(chosen(), null, true);
      onward();
    },
  };

  function press(event) {
    if (event.ctrlKey && event.key === "z") return act.undo();
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, .drawer")) return;
    const inStage = event.target.closest?.("[data-stage][role=application]");
    const arrow = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (/^[1-9]$/.test(event.key)) {
      const key = element.querySelector(`[data-number="${event.key}"]`);
      if (key) key.click();
    } else if (arrow && !inStage) show(beside(arrow), { extend: event.shiftKey });
    else if (event.key === "Enter" && !event.target.closest?.("a, button, summary")) onward();
    else if (event.key === "0") act.clear();
    else if (event.key === "u") act.undo();
    else if (event.key === "s") act.suggest();
    else if (event.key === "x") act.exclude();
    else if (event.key === "a") for (const row of rows()) row.setAttribute("aria-selected", "true");
    else if (event.key === " " && element.querySelector("[data-sound]") && !event.target.closest?.("button, audio")) {
      const sound = element.querySelector("[data-sound]");
      sound.currentTime = 0;
      sound.play();
    } else return undefined;
    event.preventDefault();
    return undefined;
  }

  function click(event) {
    const row = event.target.closest("[data-row]");
    if (row && event.shiftKey) {
      const all = rows();
      const [from, to] = [all.indexOf(current), all.indexOf(row)].sort((a, b) => a - b);
      for (const one of all.slice(from, to + 1)) one.setAttribute("aria-selected", "true");
    } else if (row && (event.ctrlKey || event.metaKey)) {
      row.setAttribute("aria-selected", String(row.getAttribute("aria-selected") !== "true"));
    } else if (row) show(row);
    const key = event.target.closest("[data-label]");
    if (key && kind !== "boxes") give(key.dataset.label);
    for (const name of Object.keys(act)) if (event.target.closest(`[data-${name}]`)) act[name]();
  }

  /** Everything that was given has arrived. */
  const kept = () => new Promise((done) => (sending.length ? element.addEventListener("skillet:kept", done, { once: true }) : done()));

  /** A link to another page puts what waits into the table first; after a reload, or in a closed tab, it goes on waiting. */
  async function follow(event) {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const inside = new URL(link.href, location.href).pathname.startsWith(place);
    if (!sending.length && (inside || !Number(element.dataset.pending))) return;
    event.preventDefault();
    await kept();
    if (!inside) await fetch(`${place}/save`, { method: "POST", redirect: "manual" }).catch(() => {}); // they wait, if so
    location.assign(link.href);
  }

  async function submit(event) {
    if (!sending.length || event.target.hasAttribute("hx-post")) return;
    event.preventDefault();
    await kept();
    event.target.submit();
  }

  /** The page goes while something is on its way: the browser sends it all the same. */
  function leave() {
    for (const { path, body } of sending) navigator.sendBeacon(`${place}/${path}`, new Blob([JSON.stringify(body ?? {})], { type: "application/json" }));
  }

  const unsent = (event) => sending.length && event.preventDefault();
  const listeners = [
    [document, "keydown", press], [element, "click", click], [document, "click", follow],
    [document, "submit", submit], [window, "pagehide", leave], [window, "beforeunload", unsent],
    [element, "skillet:set", (event) => set([current], event.detail.value)],
  ];
  for (const [target, name, handler] of listeners) target.addEventListener(name, handler);
  rows().forEach(paint);
  show(current, { focus: document.activeElement === document.body, still: true });
  return () => {
    alive = false;
    for (const [target, name, handler] of listeners) target.removeEventListener(name, handler);
  };
}
