/**
 * One part on its way to the server, by tus 1.0: create it or find it again, then chunk after chunk from where it stands.
 *
 * A broken line is waited out for as long as it takes; only a refusal of the server, or a file that cannot be read any
 * more, ends the sending. `Memory` finds an upload of before a reload by the mark of its files.
 */

const CHUNKS = [8 * 1024 * 1024, 64 * 1024 * 1024];
const QUICK = 2000; // milliseconds: a chunk that took less may be followed by a larger one, up to what the server takes
const WAITS = [1, 2, 4, 8, 15, 30]; // seconds
const TUS = { "Tus-Resumable": "1.0.0", Accept: "application/json" };
const PREFIX = "skillet.upload.";

export class Refusal extends Error {}

/** What this browser remembers of uploads that are not whole: mark -> {id, delivery}. */
export const memory = {
  find: (mark) => attempt(() => JSON.parse(localStorage.getItem(PREFIX + mark))) ?? null,
  keep: (mark, upload) => attempt(() => localStorage.setItem(PREFIX + mark, JSON.stringify(upload))),
  forget: (mark) => attempt(() => localStorage.removeItem(PREFIX + mark)),
};

/**
 * Send `part` {name, size, source, mark, delivery, id?, offset}. `desk`: {endpoint, say, tell(part, state), gate(), paused(),
 * left(part)}: `gate` is a promise that is kept while nothing is paused, `left` says that nobody wants the part any more.
 * Resolves when all has arrived, or the part was left; throws Refusal.
 */
export async function send(part, desk) {
  [part.chunk] = CHUNKS;
  let failures = 0;
  let sure = false; // whether the offset is what the server has
  for (;;) {
    await desk.gate();
    if (desk.left(part)) return;
    try {
      if (!part.id) await create(part, desk);
      else if (!sure) part.offset = await ask(part, desk);
      sure = true;
      if (desk.left(part)) continue;
      desk.tell(part, "sending");
      if (part.offset >= part.size) {
        memory.forget(part.mark);
        return;
      }
      const began = performance.now();
      await sendChunk(part, desk);
      if (performance.now() - began < QUICK) part.chunk = Math.min(2 * part.chunk, CHUNKS[1]);
      failures = 0;
    } catch (error) {
      sure = false;
      [part.chunk] = CHUNKS;
      if (error instanceof Refusal) {
        memory.forget(part.mark);
        if (error.status !== 404 || !part.id) throw error;
        Object.assign(part, { id: null, offset: 0 }); // it was removed meanwhile: begin anew
        continue;
      }
      if (desk.paused() || desk.left(part)) continue;
      await stillReadable(part, desk);
      desk.tell(part, "waiting");
      await wait(WAITS[Math.min(failures, WAITS.length - 1)]);
      failures += 1;
    }
  }
}

/** Forget a part on both sides. */
export async function end(part, desk) {
  part.request?.abort();
  memory.forget(part.mark);
  const { id } = part;
  part.id = null;
  if (id) await fetch(`${desk.endpoint}/${id}`, { method: "DELETE", headers: TUS }).catch(() => null);
}

async function create(part, desk) {
  const name = btoa(String.fromCharCode(...bytes(part.name)));
  const headers = { ...TUS, "Upload-Length": part.size, "Upload-Metadata": `filename ${name},delivery ${btoa(part.delivery)}` };
  const answer = await fetch(desk.endpoint, { method: "POST", headers });
  if (!answer.ok) throw refusal(answer.status, await answer.text(), part, desk);
  part.id = answer.headers.get("Location").split("/").pop();
  part.offset = 0;
  memory.keep(part.mark, { id: part.id, delivery: part.delivery });
}

async function ask(part, desk) {
  const answer = await fetch(`${desk.endpoint}/${part.id}`, { method: "HEAD", headers: TUS });
  if (!answer.ok) throw refusal(answer.status, "", part, desk);
  return Number(answer.headers.get("Upload-Offset"));
}

/** XMLHttpRequest, since fetch tells nothing about what has been sent. */
function sendChunk(part, desk) {
  const { offset } = part;
  const request = new XMLHttpRequest();
  part.request = request;
  return new Promise((resolve, reject) => {
    request.open("PATCH", `${desk.endpoint}/${part.id}`);
    for (const [name, value] of Object.entries(TUS)) request.setRequestHeader(name, value);
    request.setRequestHeader("Upload-Offset", offset);
    request.setRequestHeader("Content-Type", "application/offset+octet-stream");
    request.upload.onprogress = (event) => {
      part.sent = offset + event.loaded;
      desk.tell(part, "sending");
    };
    request.onerror = request.onabort = request.ontimeout = () => reject(new Error("connection"));
    request.onload = () => {
      if (request.status !== 204) return reject(refusal(request.status, request.responseText, part, desk));
      part.offset = part.sent = Number(request.getResponseHeader("Upload-Offset"));
      resolve();
    };
    request.send(part.source.slice(offset, Math.min(offset + part.chunk, part.size)));
  }).finally(() => {
    part.request = null;
    part.sent = part.offset;
  });
}

/** A file that was changed, moved or deleted breaks the line each time: that is no matter of waiting. */
async function stillReadable(part, desk) {
  try {
    if (part.offset < part.size) await part.source.slice(part.offset, part.offset + 1).arrayBuffer();
  } catch {
    throw new Refusal(desk.say("changed", { name: part.name }));
  }
}

/** Wait so long, or until the browser is connected again. */
function wait(seconds) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, seconds * 1000);
    window.addEventListener("online", done);
  });
}

/** 408, 409, 423, 425, 429, 460 and 5xx but 507 pass by themselves; the rest is a refusal with a sentence. */
export function refusal(status, text, part, desk) {
  if ((status >= 500 && status !== 507) || [408, 409, 423, 425, 429, 460].includes(status)) return new Error(`status ${status}`);
  return Object.assign(new Refusal(sentenceOf(text) || desk.say("refused", { name: part.name })), { status });
}

/** The server's sentence: of JSON, or of a page's `[data-error]`. */
function sentenceOf(text) {
  const body = attempt(() => JSON.parse(text));
  if (body) return [body.error, body.sentence, body.detail].find((found) => typeof found === "string") ?? "";
  return new DOMParser().parseFromString(text, "text/html").querySelector("[data-error]")?.textContent.trim() ?? "";
}

function bytes(text) {
  return new TextEncoder().encode(text);
}

/** Storage may be switched off or full: then uploads go on only as long as the page is open. */
function attempt(act) {
  try {
    return act();
  } catch {
    return undefined;
  }
}
