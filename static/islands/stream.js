/**
 * The one event stream of a page: `<div data-island="stream" data-jobs="a,b" data-after="a:12,b:0">`.
 *
 * Each server-sent event becomes `skillet:<kind>` on `body` with `{job, seq, time, payload}`, once per job and seq.
 * The stream is closed while the tab is hidden (browsers allow six connections a host) and taken up at the cursor.
 */

const KINDS = ["state", "progress", "points", "snapshot", "finding", "rewind", "result"];
const ENDED = new Set(["done", "failed", "stopped", "diverged"]);
const LONGEST_WAIT = 30_000;
const MARK_AFTER = 1_000; // a reconnection shorter than this is nobody's business

export function start(element) {
  const jobs = (element.dataset.jobs || "").split(",").filter(Boolean);
  if (!jobs.length) return undefined;
  const last = readCursor(element.dataset.after || "");
  const live = new Set(jobs);
  let cursor = element.dataset.after || "";
  let source = null;
  let failures = 0;
  let retry = 0;
  let marking = 0;

  function open() {
    clearTimeout(retry);
    if (source || document.hidden || !element.isConnected) return;
    source = new EventSource(`/stream?${new URLSearchParams({ jobs: jobs.join(","), after: cursor })}`);
    source.onopen = () => {
      failures = 0;
      mark(true);
    };
    source.onerror = lost;
    for (const kind of KINDS) source.addEventListener(kind, receive);
    source.addEventListener("silence", receiveSilence);
    source.addEventListener("end", finish);
  }

  function close() {
    source?.close();
    source = null;
    clearTimeout(retry);
  }

  /** The browser reconnects by itself (with Last-Event-ID) unless the answer was no stream: then we do. */
  function lost() {
    if (live.size) mark(false);
    if (source.readyState !== EventSource.CLOSED) return;
    close();
    if (!live.size) return; // all jobs have ended and all is told: the server answered 204
    failures += 1;
    retry = setTimeout(open, Math.min(LONGEST_WAIT, 1_000 * 2 ** failures) * (0.5 + Math.random() / 2));
  }

  /** Every job has ended, and all is told. */
  function finish() {
    live.clear();
    close();
    mark(true);
  }

  /** Whoever works on a job has not been heard of for longer than its lease: the page asks for its state. */
  function receiveSilence(event) {
    document.body.dispatchEvent(new CustomEvent("skillet:silence", { detail: JSON.parse(event.data) }));
  }

  function receive(event) {
    const message = JSON.parse(event.data);
    if (event.lastEventId) cursor = event.lastEventId;
    if (message.seq <= (last.get(message.job) ?? -1)) return;
    last.set(message.job, message.seq);
    if (event.type === "state") live[ENDED.has(message.payload.state) ? "delete" : "add"](message.job);
    document.body.dispatchEvent(new CustomEvent(`skillet:${event.type}`, { detail: message }));
  }

  function mark(up) {
    clearTimeout(marking);
    const place = document.getElementById("connection");
    const show = () => {
      if (place) place.textContent = up ? "" : place.dataset.words;
      document.body.dispatchEvent(new CustomEvent("skillet:connection", { detail: { up } }));
    };
    if (up) show();
    else marking = setTimeout(show, MARK_AFTER);
  }

  function follow() {
    if (document.hidden) {
      clearTimeout(marking);
      close();
    } else open();
  }

  document.addEventListener("visibilitychange", follow);
  document.addEventListener("htmx:after:request", open); // a click may have woken a job that had ended
  open();
  return () => {
    document.removeEventListener("visibilitychange", follow);
    document.removeEventListener("htmx:after:request", open);
    mark(true);
    close();
  };
}

function readCursor(text) {
  const pairs = text.split(",").filter(Boolean).map((pair) => pair.split(":"));
  return new Map(pairs.map(([job, seq]) => [job, Number(seq)]));
}
