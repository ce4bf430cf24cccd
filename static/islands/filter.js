/**
 * A box for conditions with completion: columns, then what compares them, their values, functions.
 * `data-known`: `{columns: [{name, kind, type, values}], functions: [{name, words}]}`; the list is the box's `aria-controls`.
 */

const MOST = 8;
const WORDS = ["and", "or", "not", "in", "is", "missing"];
const BETWEEN = ["contains", "starts", "ends", "between"]; // what they want is typed
const AFTER = {
  number: ["=", "!=", "<", "<=", ">", ">=", "between", "is missing", "is not missing"],
  text: ["=", "!=", "contains", "in (", "is missing", "is not missing"],
  time: ["<", "<=", ">", ">=", "is missing", "is not missing"],
  file: ["is missing", "is not missing"],
};
const PIECE = /\s*(?:('(?:[^']|'')*'?)|("(?:[^"]|"")*"?)|([\p{L}_][\p{L}\p{N}_]*)|(\d+(?:\.\d*)?)|(\*\*|==|!=|<>|<=|>=|[-+*/%=<>(),])|(\S))/uy;

export function start(box) {
  const known = JSON.parse(box.dataset.known);
  const list = document.getElementById(box.getAttribute("aria-controls"));
  let offers = [];
  let chosen = -1;
  let span = [0, 0];

  function look() {
    const end = box.selectionStart;
    const found = offersAt(box.value.slice(0, end), known);
    offers = found.offers;
    span = [found.start, end];
    chosen = -1;
    draw();
  }

  function draw() {
    list.replaceChildren(...offers.map(option));
    list.hidden = offers.length === 0;
    box.setAttribute("aria-expanded", String(!list.hidden));
    if (chosen >= 0) box.setAttribute("aria-activedescendant", `${list.id}-${chosen}`);
    else box.removeAttribute("aria-activedescendant");
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  }

  function option(offer, index) {
    const item = document.createElement("li");
    item.id = `${list.id}-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(index === chosen));
    const name = document.createElement("span");
    name.textContent = offer.shown ?? offer.text;
    item.append(name);
    if (offer.note) {
      const note = document.createElement("span");
      note.className = "quiet small";
      note.textContent = offer.note;
      item.append(note);
    }
    item.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      take(offer);
    });
    return item;
  }

  function take(offer) {
    const after = box.value.slice(span[1]);
    const text = offer.text + (offer.text.endsWith("(") || after.startsWith(" ") ? "" : " ");
    box.setRangeText(text, span[0], span[1], "end");
    box.focus();
    look();
  }

  function close() {
    offers = [];
    chosen = -1;
    draw();
  }

  function press(event) {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!offers.length) look();
      if (!offers.length) return;
      const step = event.key === "ArrowDown" ? 1 : -1;
      chosen = (chosen + step + (chosen < 0 && step < 0 ? offers.length + 1 : offers.length)) % offers.length;
      draw();
    } else if (offers.length && ((event.key === "Tab" && chosen >= 0) || (event.key === "Enter" && chosen >= 0))) {
      take(offers[chosen]);
    } else if (event.key === "Escape" && offers.length) {
      close();
    } else {
      return;
    }
    event.preventDefault();
  }

  const listeners = [["input", look], ["focus", look], ["click", look], ["keydown", press], ["blur", close]];
  for (const [name, handler] of listeners) box.addEventListener(name, handler);
  return () => {
    for (const [name, handler] of listeners) box.removeEventListener(name, handler);
  };
}

/** What may come at the end of `text`: the offers, and where the piece that they replace starts. */
export function offersAt(text, known) {
  const pieces = piecesOf(text);
  const open = pieces.at(-1);
  const typing = open && open.end === text.length && (open.kind !== "sign" || false) ? open : null;
  const before = typing ? pieces.slice(0, -1) : pieces;
  const start = typing ? typing.start : text.length;
  const typed = typing ? typing.text : "";
  if (typing?.kind === "number" || (typing?.kind === "text" && closed(typing.text))) return { start, offers: [] };
  const found = candidates(before, known);
  const wanted = bare(typed).toLowerCase();
  const fitting = found.filter((offer) => bare(offer.text).toLowerCase().startsWith(wanted) && offer.text !== typed);
  const within = found.filter((offer) => !fitting.includes(offer) && wanted.length > 1 && bare(offer.text).toLowerCase().includes(wanted) && offer.text !== typed);
  return { start, offers: [...fitting, ...within].slice(0, MOST) };
}

function candidates(before, known) {
  const last = before.at(-1);
  const columns = known.columns.map((column) => ({ text: written(column.name), note: column.type }));
  const functions = known.functions.map((one) => ({ text: `${one.name}(`, note: one.words }));
  const compared = comparedColumn(before, known);
  if (compared) return compared.values.length ? compared.values.map((value) => ({ text: quoted(value) })) : [...columns, ...functions];
  if (last?.kind === "name" && before.length > 1 && BETWEEN.includes(last.text.toLowerCase())) return [];
  const column = last && columnOf(last, known);
  if (column) return (AFTER[column.kind] ?? []).map((text) => ({ text }));
  const complete = last && (last.kind === "number" || last.kind === "text" || last.text === ")" || last.text.toLowerCase() === "missing");
  if (complete) return ["and", "or"].map((text) => ({ text }));
  return [...columns, ...functions, { text: "not" }];
}

/** The column whose value is awaited: after `Sex =`, `Sex in ('a',`. */
function comparedColumn(before, known) {
  const at = before.length - 1;
  if (at >= 1 && ["=", "==", "!=", "<>"].includes(before[at].text)) return columnOf(before[at - 1], known);
  let back = at;
  while (back >= 0 && (before[back].text === "," || before[back].kind === "text")) back -= 1;
  const listed = back >= 2 && before[back].text === "(" && before[back - 1].text.toLowerCase() === "in";
  if (!listed || before[at].kind === "text") return null;
  const name = before[back - 2].text.toLowerCase() === "not" ? before[back - 3] : before[back - 2];
  return name ? columnOf(name, known) : null;
}

function columnOf(piece, known) {
  if (piece.kind !== "name" && piece.kind !== "quoted") return null;
  const name = bare(piece.text).toLowerCase();
  return known.columns.find((column) => column.name.toLowerCase() === name) ?? null;
}

function piecesOf(text) {
  const found = [];
  PIECE.lastIndex = 0;
  for (;;) {
    const match = PIECE.exec(text);
    if (!match) return found;
    const kinds = ["text", "quoted", "name", "number", "sign", "odd"];
    const at = match.slice(1).findIndex((part) => part !== undefined);
    const body = match[at + 1];
    const kind = kinds[at] === "name" && WORDS.includes(body.toLowerCase()) ? "word" : kinds[at];
    found.push({ kind, text: body, start: PIECE.lastIndex - body.length, end: PIECE.lastIndex });
  }
}

const closed = (text) => text.length > 1 && text.endsWith("'");
const bare = (text) => text.replace(/^['"]|['"(]$/g, "");
const written = (name) => (/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) && !WORDS.includes(name.toLowerCase()) ? name : `"${name.replaceAll('"', '""')}"`);
const quoted = (value) => `'${value.replaceAll("'", "''")}'`;
