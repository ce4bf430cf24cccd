/** Keys and clicks of the row table; its rows, order and pages come from the server. One row is in the tab order. */

let landing = null; // where the focus goes in the page of rows that a key asked for: "first" | "last"

export function start(frame) {
  const rows = () => [...frame.querySelectorAll("tbody tr")];

  function focus(row) {
    if (!row) return;
    for (const other of rows()) other.tabIndex = other === row ? 0 : -1;
    row.focus({ preventScroll: false });
  }

  function turn(rel, land) {
    const link = frame.querySelector(`a[rel="${rel}"]`);
    if (!link) return;
    landing = land;
    link.click();
  }

  function press(event) {
    const row = event.target.closest("tbody tr");
    if (!row || event.target.matches("input, select, textarea") || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = rows();
    const at = all.indexOf(row);
    const moves = {
      ArrowDown: () => (at + 1 < all.length ? focus(all[at + 1]) : turn("next", "first")),
      ArrowUp: () => (at > 0 ? focus(all[at - 1]) : turn("prev", "last")),
      Home: () => focus(all[0]),
      End: () => focus(all.at(-1)),
      PageDown: () => turn("next", "first"),
      PageUp: () => turn("prev", "first"),
      Enter: () => event.target === row && open(row),
    };
    if (!moves[event.key] || (event.key === "Enter" && event.target !== row)) return;
    event.preventDefault();
    moves[event.key]();
  }

  function click(event) {
    const row = event.target.closest("tbody tr");
    if (!row || event.target.closest("a, button, input, label, summary") || String(getSelection())) return;
    focus(row);
    open(row);
  }

  const all = rows();
  all.forEach((row, index) => {
    row.tabIndex = index ? -1 : 0;
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
