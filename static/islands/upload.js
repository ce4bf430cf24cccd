/**
 * The drop target: files and folders from anywhere on the page, sent by upload-send.js and shown one by one and in sum.
 *
 * What was dropped together is one delivery: when all of it has arrived, POST done upload=id&upload=id -> {location}.
 */

import { loose, ofDrop, ofField, pack } from "./upload-gather.js";
import { Refusal, end, memory, refusal, send } from "./upload-send.js";
import { ledger } from "./upload-ledger.js";

const AT_ONCE = 3;

export function start(element) {
  const words = JSON.parse(element.dataset.words);
  const fields = [...element.querySelectorAll("input[type=file]")];
  const face = element.querySelector(".drop-entry");
  const panel = element.querySelector(".drop-progress");
  const said = element.querySelector(".drop-said");
  const buttons = Object.fromEntries([...panel.querySelectorAll("[data-do]")].map((button) => [button.dataset.do, button]));
  const say = (key, values = {}) => (words[key] ?? "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const view = ledger(panel, say);
  let looking = false; // into a folder
  let work = null; // {parts, sending, pause, release}

  const desk = {
    endpoint: element.dataset.create,
    say,
    gate: () => work?.pause ?? Promise.resolve(),
    paused: () => Boolean(work?.pause),
    left: (part) => part.work !== work,
    tell: (part, state) => part.work === work && view.show(part, state),
  };

  async function take(gathered) {
    if (work || looking) return complain(say("busy"));
    complain("");
    looking = true;
    const found = await gathered.catch(() => null); // a folder that vanished, or that the browser may not enter
    looking = false;
    panel.hidden = true;
    face.hidden = false;
    if (!found) return complain(say("unreadable"));
    const { files, folders } = found;
    const some = folders.length ? files : files.filter(({ file }) => file.size);
    if (!files.length) return folders.length && complain(say("hollow", { name: folders[0] }));
    if (some.length < files.length) complain(say("empty", { name: files.find(({ file }) => !file.size).path }));
    if (!some.length) return null;
    return go(pack({ files: some, folders }, say));
  }

  /** A large folder takes a while to be looked into. */
  function look(count) {
    if (work) return;
    face.hidden = true;
    panel.hidden = false;
    show();
    view.look(say("looking", { n: count.toLocaleString(document.documentElement.lang) }));
  }

  async function go(parts) {
    const mine = { parts, pause: null, release: null };
    work = mine;
    let delivery = newName();
    const marks = new Set();
    for (const part of parts) {
      while (marks.has(part.mark)) part.mark += "+"; // twins: each is an upload of its own
      marks.add(part.mark);
      const before = memory.find(part.mark);
      Object.assign(part, { work: mine, id: before?.id ?? null, offset: 0, sent: 0 });
      if (before) delivery = before.delivery;
    }
    for (const part of parts) part.delivery = delivery;
    face.hidden = true;
    panel.hidden = false;
    element.classList.add("sending");
    view.begin(parts);
    show("pause", "cancel");
    const waiting = [...parts];
    mine.sending = Promise.all(Array.from({ length: AT_ONCE }, () => sendNext(mine, waiting)));
    await mine.sending;
    if (work === mine) await conclude(mine);
  }

  async function sendNext(mine, waiting) {
    for (let part = waiting.shift(); part && work === mine; part = waiting.shift()) {
      try {
        await send(part, desk);
        if (work !== mine) return;
        part.arrived = true;
        desk.tell(part, "arrived");
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        part.refused = error.message;
        desk.tell(part, "refused");
      }
    }
  }

  /** All were tried. What was refused, or waits still on the server for its file, is the person's to decide about. */
  async function conclude(mine) {
    const arrived = mine.parts.filter((part) => part.arrived);
    const missing = await countMissing(mine);
    if (work !== mine) return;
    if (!arrived.length) {
      reset();
      return complain(mine.parts.map((part) => part.refused).join(" "));
    }
    if (arrived.length === mine.parts.length && !missing) return read();
    show("read", "cancel");
    view.summary(missing ? say("missing", { n: missing }) : say("some", { n: arrived.length, all: mine.parts.length }));
    buttons.read.focus();
  }

  /** Files of the same delivery, dropped before a reload, that have not arrived. */
  async function countMissing(mine) {
    const ids = new Set(mine.parts.map((part) => part.id));
    const answer = await fetch(desk.endpoint, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return 0;
    const { uploads } = await answer.json();
    return uploads.filter((one) => one.delivery === mine.parts[0].delivery && !ids.has(one.id)).length;
  }

  async function read() {
    const mine = work;
    show("cancel");
    view.summary(say("finishing"));
    const body = new URLSearchParams(mine.parts.filter((part) => part.arrived).map((part) => ["upload", part.id]));
    for (let tries = 0; work === mine; tries += 1) {
      try {
        const answer = await fetch(element.dataset.done, { method: "POST", headers: { Accept: "application/json" }, body });
        if (!answer.ok) throw refusal(answer.status, await answer.text(), mine.parts[0], desk);
        const { location } = await answer.json();
        element.dispatchEvent(new CustomEvent("skillet:uploaded", { bubbles: true, detail: { location } }));
        work = null;
        window.location.assign(location);
      } catch (error) {
        if (error instanceof Refusal) {
          reset();
          return complain(error.message);
        }
        view.summary(say("again"));
        await new Promise((resolve) => setTimeout(resolve, Math.min(30, 2 ** tries) * 1000));
      }
    }
    return null;
  }

  function pause() {
    work.pause = new Promise((resolve) => (work.release = resolve));
    for (const part of work.parts) part.request?.abort();
    view.pause();
    show("resume", "cancel");
    buttons.resume.focus();
  }

  function resume() {
    work.release();
    work.pause = null;
    view.resume();
    show("pause", "cancel");
    buttons.pause.focus();
  }

  async function cancel() {
    const { parts, release, sending } = work;
    reset();
    release?.();
    await Promise.all(parts.map((part) => end(part, desk)));
    sending.then(() => parts.forEach((part) => end(part, desk))); // one may have been made meanwhile
    document.body.dispatchEvent(new CustomEvent("skillet:uploads"));
    fields[0].focus();
  }

  function show(...names) {
    for (const [name, button] of Object.entries(buttons)) button.hidden = !names.includes(name);
  }

  function complain(sentence) {
    said.textContent = sentence;
    said.hidden = !sentence;
  }

  function reset() {
    work = null;
    for (const field of fields) field.value = "";
    panel.hidden = true;
    face.hidden = false;
    element.classList.remove("sending");
    document.body.dispatchEvent(new CustomEvent("skillet:uploads"));
  }

  const listeners = [
    ...fields.map((field) => [field, "change", () => field.files.length && take(Promise.resolve(ofField(field)))]),
    [panel, "click", (event) => ({ pause, resume, cancel, read })[event.target.closest("[data-do]")?.dataset.do]?.()],
    [window, "dragover", (event) => { // anywhere on the page: nobody aims
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      element.classList.add("over");
    }],
    [window, "dragleave", (event) => !event.relatedTarget && element.classList.remove("over")],
    [window, "drop", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      element.classList.remove("over");
      take(ofDrop(event.dataTransfer, look));
    }],
    [window, "paste", (event) => event.clipboardData?.files.length && take(Promise.resolve({ files: loose(event.clipboardData.files), folders: [] }))],
    [window, "beforeunload", (event) => work?.parts.some((part) => !part.arrived && !part.refused) && event.preventDefault()],
  ];
  for (const [target, name, handler] of listeners) target.addEventListener(name, handler);
  const early = fields.find((field) => field.files.length); // chosen before this script was there
  if (early) take(Promise.resolve(ofField(early)));
  return () => {
    for (const [target, name, handler] of listeners) target.removeEventListener(name, handler);
    for (const part of work?.parts ?? []) part.request?.abort();
    work = null;
  };
}

function newName() {
  return Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => byte.toString(36).padStart(2, "0")).join("").slice(0, 20);
}
