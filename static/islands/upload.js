/**
 * The drop target: one file, sent in chunks that survive a broken connection.
 *
 * The core of tus 1.0: POST create, PATCH create/id with `Upload-Offset` per chunk; HEAD tells how far it came; POST done upload=id -> {location}. Only sending is retried: a refusal is a sentence of the server.
 */

const CHUNK = 8 * 1024 * 1024;
const TRIES = 3;

export function start(element) {
  const words = JSON.parse(element.dataset.words);
  const input = element.querySelector("input[type=file]");
  const face = element.querySelector(".drop-face");
  const panel = element.querySelector(".drop-progress");
  const bar = panel.querySelector("progress");
  const line = panel.querySelector(".progress-words");
  const retry = element.querySelector("[data-retry]");
  const said = element.querySelector(".drop-said");
  let job = null; // {file, id, offset, chunk, began, request}

  async function take(files, { folder = false } = {}) {
    if (job) return;
    said.hidden = true;
    const file = files[0];
    if (folder) return complain(words.folder);
    if (!file) return;
    if (!file.size) return complain(say(words.empty, { name: file.name }));
    if (files.length > 1) complain(say(words.one, { name: file.name }));
    job = { file, id: null, offset: 0 };
    face.hidden = true;
    panel.hidden = false;
    await go();
  }

  async function go() {
    const mine = job;
    retry.hidden = true;
    retry.blur();
    show(words.starting);
    try {
      if (!job.id) await create();
      job.began = performance.now();
      job.from = job.offset;
      await sendAll(mine);
      if (job !== mine) return;
      bar.removeAttribute("value");
      show(words.finishing);
      const answer = await post(element.dataset.done, new URLSearchParams({ upload: job.id }));
      element.dispatchEvent(new CustomEvent("skillet:uploaded", { bubbles: true, detail: answer }));
      window.location.assign(answer.location);
    } catch (error) {
      if (job !== mine) return;
      if (error.sentence) {
        reset();
        complain(error.sentence);
      } else {
        show(words.broken);
        retry.hidden = false;
        retry.focus();
      }
    }
  }

  async function create() {
    const name = btoa(String.fromCharCode(...new TextEncoder().encode(job.file.name)));
    const headers = { Accept: "application/json", "Tus-Resumable": "1.0.0", "Upload-Length": job.file.size, "Upload-Metadata": `filename ${name}` };
    const answer = await fetch(element.dataset.create, { method: "POST", headers });
    if (!answer.ok) throw refusal(answer.status, await answer.text());
    job.id = answer.headers.get("Location").split("/").pop();
  }

  async function sendAll(mine) {
    let failures = 0;
    while (job === mine && job.offset < job.file.size) {
      try {
        if (failures) job.offset = await askOffset(job);
        await sendChunk();
        failures = 0;
      } catch (error) {
        if (job !== mine) return;
        failures += 1;
        if (error.sentence || failures > TRIES) throw error;
        show(words.waiting);
        await new Promise((resolve) => setTimeout(resolve, 1_000 * 2 ** (failures - 1)));
      }
    }
  }

  /** XMLHttpRequest, since fetch tells nothing about what has been sent. */
  function sendChunk() {
    const { file, id, offset, chunk } = job;
    const request = new XMLHttpRequest();
    job.request = request;
    return new Promise((resolve, reject) => {
      request.open("PATCH", `${element.dataset.create}/${id}`);
      request.setRequestHeader("Tus-Resumable", "1.0.0");
      request.setRequestHeader("Upload-Offset", offset);
      request.setRequestHeader("Content-Type", "application/offset+octet-stream");
      request.upload.onprogress = (event) => progress(offset + event.loaded);
      request.onerror = request.onabort = request.ontimeout = () => reject(new Error("connection"));
      request.onload = () => {
        if (request.status === 204) {
          job.offset = Number(request.getResponseHeader("Upload-Offset"));
          progress(job.offset);
          resolve();
        } else reject(refusal(request.status, request.responseText));
      };
      request.send(file.slice(offset, offset + (chunk || CHUNK)));
    });
  }

  async function askOffset({ id }) {
    const answer = await fetch(`${element.dataset.create}/${id}`, { method: "HEAD", headers: { "Tus-Resumable": "1.0.0" } });
    if (!answer.ok) throw refusal(answer.status, "");
    return Number(answer.headers.get("Upload-Offset"));
  }

  async function post(url, body, type) {
    const headers = { Accept: "application/json", ...(type && { "Content-Type": type }) };
    const answer = await fetch(url, { method: "POST", headers, body });
    if (!answer.ok) throw refusal(answer.status, await answer.text());
    return answer.json();
  }

  /** 409 (another offset), 423 and 5xx pass; anything else is a refusal with a sentence. */
  function refusal(status, text) {
    const error = new Error(`status ${status}`);
    if (status < 500 && ![408, 409, 423, 425, 429].includes(status)) error.sentence = sentenceOf(text) || say(words.refused, { name: job?.file.name ?? "" });
    return error;
  }

  function progress(sent) {
    bar.max = job.file.size;
    bar.value = sent;
    job.sent = sent;
    const rate = (sent - job.from) / (performance.now() - job.began);
    show(words.sending, rate > 0 ? time((job.file.size - sent) / rate / 1000) : "…");
  }

  function time(seconds) {
    return seconds < 90 ? say(words.seconds, { n: Math.ceil(seconds) }) : say(words.minutes, { n: Math.round(seconds / 60) });
  }

  function show(sentence, left = "") {
    line.textContent = say(sentence, { name: job.file.name, done: size(job.sent ?? job.offset), total: size(job.file.size), left });
  }

  function complain(sentence) {
    said.textContent = sentence;
    said.hidden = false;
  }

  function reset() {
    job?.request?.abort();
    job = null;
    input.value = "";
    bar.removeAttribute("value");
    panel.hidden = true;
    face.hidden = false;
  }

  function cancel() {
    reset();
    input.focus();
  }

  const listeners = [
    [input, "change", () => take(input.files)],
    [retry, "click", go],
    [element.querySelector("[data-cancel]"), "click", cancel],
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
      const folder = [...event.dataTransfer.items].some((item) => item.webkitGetAsEntry?.()?.isDirectory);
      take(event.dataTransfer.files, { folder });
    }],
    [window, "paste", (event) => event.clipboardData?.files.length && take(event.clipboardData.files)],
    [window, "beforeunload", (event) => job && job.offset < job.file.size && event.preventDefault()],
  ];
  for (const [target, name, handler] of listeners) target.addEventListener(name, handler);
  if (input.files.length) take(input.files); // chosen before this script was there
  return () => {
    for (const [target, name, handler] of listeners) target.removeEventListener(name, handler);
    job?.request?.abort();
    job = null;
  };
}

function say(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

function size(bytes) {
  const power = Math.min(3, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const number = (bytes / 1000 ** power).toLocaleString(document.documentElement.lang, { maximumSignificantDigits: 3 });
  return `${number} ${["B", "kB", "MB", "GB"][power]}`;
}

/** The server's sentence: of JSON `{sentence}` or `{detail}`, or of a page's `[data-error]`. */
function sentenceOf(text) {
  try {
    const body = JSON.parse(text);
    return [body.sentence, body.detail, body.error].find((part) => typeof part === "string") ?? "";
  } catch {
    return new DOMParser().parseFromString(text, "text/html").querySelector("[data-error]")?.textContent.trim() ?? "";
  }
}
