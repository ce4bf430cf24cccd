/**
 * Keys and clicks of the rows, as a table or as a wall of pictures; rows, order and pages come from the server. One row
 * is in the tab order: arrows move, Enter opens, Space plays its sound, PageUp and PageDown turn the page.
 */

let landing = null; // where the focus goes in the page of rows that a key asked for: "first" | "last"

export function start(frame) {
  const wall = frame.classList.contains("wall");
  const rows = () => [...frame.querySelectorAll("[data-row]")];
  const face = (row) => (wall ? row.querySelector("[data-open]") : row);

  function focus(row) {
    if (!row) return;
    for (const other of rows()) face(other).tabIndex = other === row ? 0 : -1;
    face(row).focus({ preventScroll: false });
    frame.dispatchEvent(new CustomEvent("skillet:row", { detail: { row } }));
  }

  function turn(rel, land) {
    const link = frame.querySelector(`a[rel="${rel}"]`);
    if (!link) return;
    landing = land;
    link.click();
  }

  /** How many pictures stand beside each other. */
  function across(all) {
    if (!wall) return 1;
    const top = all[0].offsetTop;
    const next = all.findIndex((row) => row.offsetTop !== top);
    return next < 0 ? all.length : next;
  }

  function press(event) {
    const row = event.target.closest("[data-row]");
    if (!row || event.target.matches("input, select, textarea") || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = rows();
    const at = all.indexOf(row);
    const step = across(all);
    const moves = {
      ArrowDown: () => (at + step < all.length ? focus(all[at + step]) : turn("next", "first")),
      ArrowUp: () => (at - step >= 0 ? focus(all[at - step]) : turn("prev", "last")),
      Home: () => focus(all[0]),
      End: () => focus(all.at(-1)),
      PageDown: () => turn("next", "first"),
      PageUp: () => turn("prev", "first"),
    };
    if (wall) {
      moves.ArrowRight = () => (at + 1 < all.length ? focus(all[at + 1]) : turn("next", "first"));
      moves.ArrowLeft = () => (at > 0 ? focus(all[at - 1]) : turn("prev", "last"));
    }
    if (event.target === row) moves.Enter = () => open(row);
    const sound = row.querySelector("[data-play]");
    if (sound && !event.target.matches("button")) moves[" "] = () => sound.click();
    if (!moves[event.key]) return;
    event.preventDefault();
    moves[event.key]();
  }

  function click(event) {
    const row = event.target.closest("[data-row]");
    if (!row || event.defaultPrevented || event.shiftKey || event.ctrlKey || event.metaKey) return;
    if (event.target.closest("a, button, input, label, summary") || String(getSelection())) return;
    focus(row);
    open(row);
  }

  const all = rows();
  all.forEach((row, index) => {
    face(row).tabIndex = index ? -1 : 0;
  });
  frame.addEventListener("keydown", press);
  frame.addEventListener("click", click);
  if (landing) focus(landing === "first" ? all[0] : all.at(-1));
  landing = null;
  return () => {
    frame.removeEventListener("keydown", press);
    frame.removeEventListener("click", click);
  };
}

function open(row) {
  row.querySelector("[data-open]")?.click();
}
