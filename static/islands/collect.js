/**
 * What camera, microphone and drawing share: examples go to the server one after another the moment they are made,
 * are sent again when the line breaks, and can be deleted singly; files may be added to every class.
 */

const AGAIN = 2_000;

export function collect(element, { prepare } = {}) {
  const words = JSON.parse(element.dataset.words);
  const base = element.dataset.base;
  const waiting = [];
  let sending = false;
  let player = null;
  let alive = true;

  /** Put an example of this class on its way. */
  function send(classId, blob) {
    waiting.push({ classId, blob });
    element.dataset.waiting = waiting.length;
    pump();
  }

  async function pump() {
    if (sending) return;
    sending = true;
    while (waiting.length && alive) {
      const { classId, blob } = waiting[0];
      try {
        const answer = await fetch(`${base}/classes/${classId}/items`, { method: "POST", body: blob, headers: { Accept: "application/json" } });
        waiting.shift();
        element.dataset.waiting = waiting.length;
        if (answer.ok) arrived(classId, await answer.json(), blob);
        else say((await answer.json().catch(() => ({}))).error ?? words.refused);
      } catch {
        say(words.failed);
        await new Promise((done) => setTimeout(done, AGAIN));
      }
    }
    sending = false;
  }

  function arrived(classId, item, blob) {
    const place = columnOf(classId);
    if (!place) return;
    count(place, item.count);
    const line = document.createElement("li");
    line.dataset.item = item.href;
    const name = `${words.one} ${item.count}`;
    if (blob.type.startsWith("image/")) {
      const picture = line.appendChild(new Image(64, 64));
      picture.alt = name;
      picture.src = item.href;
    } else {
      const play = line.appendChild(document.createElement("button"));
      Object.assign(play, { type: "button", className: "clip", textContent: "▶" });
      play.dataset.play = "";
      play.setAttribute("aria-label", words.play.replace("{name}", name));
    }
    const remove = line.appendChild(document.createElement("button"));
    Object.assign(remove, { type: "button", className: "remove", textContent: "✕" });
    remove.dataset.remove = "";
    remove.setAttribute("aria-label", words.delete.replace("{name}", name));
    place.querySelector("[data-items]").prepend(line);
  }

  const columnOf = (id) => element.querySelector(`[data-class="${CSS.escape(id)}"]`);
  const count = (place, number) => (place.querySelector("[data-count]").textContent = number.toLocaleString(document.documentElement.lang));

  function say(sentence) {
    const place = element.querySelector("[data-said]");
    if (place) place.textContent = sentence;
  }

  async function click(event) {
    const line = event.target.closest("[data-item]");
    if (line && event.target.closest("[data-play]")) {
      player?.pause();
      player = new Audio(line.dataset.item);
      player.play();
    }
    if (line && event.target.closest("[data-remove]")) {
      const next = line.nextElementSibling ?? line.previousElementSibling;
      const answer = await fetch(line.dataset.item, { method: "DELETE", headers: { Accept: "application/json" } });
      if (!answer.ok) return say(words.refused);
      const said = await answer.json();
      count(columnOf(said.class), said.count);
      line.remove();
      next?.querySelector("[data-remove]")?.focus();
    }
  }

  async function choose(event) {
    if (!event.target.matches("[data-files]")) return;
    const id = event.target.closest("[data-class]").dataset.class;
    for (const file of [...event.target.files]) for (const blob of prepare ? await prepare(file) : [file]) send(id, blob);
    event.target.value = "";
  }

  const leave = (event) => waiting.length && event.preventDefault();
  element.addEventListener("click", click);
  element.addEventListener("change", choose);
  window.addEventListener("beforeunload", leave);
  return {
    send, say, words,
    classes: () => [...element.querySelectorAll("[data-class]")],
    stop() {
      alive = false;
      player?.pause();
      element.removeEventListener("click", click);
      element.removeEventListener("change", choose);
      window.removeEventListener("beforeunload", leave);
    },
  };
}

/** Why a camera or microphone could not be opened, in the page's words. */
export function whyNot(words, error) {
  if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) return words.insecure;
  if (["NotFoundError", "OverconstrainedError", "DevicesNotFoundError"].includes(error?.name)) return words.none;
  if (["NotAllowedError", "SecurityError"].includes(error?.name)) return words.denied;
  if (["NotReadableError", "AbortError"].includes(error?.name)) return words.busy;
  return words.unknown;
}

/** Hold a button, or its number key, to record: `begin(class)` and `end()` are called in turn. */
export function holding(element, begin, end) {
  let held = null;

  function down(place) {
    const button = place?.querySelector("[data-hold]");
    if (held || !button || button.disabled) return;
    held = place;
    button.classList.add("recording");
    begin(place.dataset.class, place.dataset.name);
  }

  function up() {
    if (!held) return;
    held.querySelector("[data-hold]")?.classList.remove("recording");
    held = null;
    end();
  }

  const listeners = [
    [element, "pointerdown", (event) => {
      if (event.button === 0 && event.target.closest("[data-hold]")) down(event.target.closest("[data-class]"));
    }],
    [window, "pointerup", up],
    [window, "pointercancel", up],
    [window, "blur", up],
    [element, "contextmenu", (event) => event.target.closest("[data-hold]") && event.preventDefault()], // a long touch
    [document, "keydown", (event) => {
      if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
      const onButton = event.target.closest?.("[data-hold]");
      if (onButton && (event.key === " " || event.key === "Enter")) {
        event.preventDefault();
        down(onButton.closest("[data-class]"));
      } else if (/^[1-9]$/.test(event.key) && !event.target.closest?.("input, textarea, select")) {
        down(element.querySelector(`[data-number="${event.key}"]`));
      }
    }],
    [document, "keyup", up],
  ];
  for (const [target, name, handler] of listeners) target.addEventListener(name, handler);
  return () => {
    for (const [target, name, handler] of listeners) target.removeEventListener(name, handler);
  };
}
