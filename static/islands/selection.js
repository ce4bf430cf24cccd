/**
 * Rows that are picked, to do something with them: boxes, click with Ctrl or Shift, `x`, Shift and arrows, Ctrl+A for
 * the page. They are kept while the person turns pages of the same version (`data-version`); the bar's form says them.
 */

const kept = new Map(); // version -> Set of row numbers

export function start(bar) {
  const frame = document.getElementById(bar.dataset.frame);
  const chosen = kept.get(bar.dataset.version) ?? new Set();
  kept.clear(); // row numbers mean nothing in another version
  kept.set(bar.dataset.version, chosen);
  const everything = bar.querySelector("[name=all]");
  const whole = frame.querySelector(".pick-page");
  let anchor = null;

  const rows = () => [...frame.querySelectorAll("[data-row]")];
  const numberOf = (row) => Number(row.dataset.row);

  function show() {
    for (const row of rows()) {
      const picked = everything.value === "1" || chosen.has(numberOf(row));
      row.querySelector(".pick").checked = picked;
      row.toggleAttribute("data-picked", picked);
    }
    const count = everything.value === "1" ? Number(bar.dataset.total) : chosen.size;
    const here = rows().filter((row) => row.hasAttribute("data-picked")).length;
    if (whole) {
      whole.checked = here > 0 && here === rows().length;
      whole.indeterminate = here > 0 && !whole.checked;
    }
    bar.hidden = count === 0;
    bar.querySelector("[name=rows]").value = [...chosen].join(",");
    bar.querySelector("[data-count]").textContent = (count === 1 ? bar.dataset.one : bar.dataset.many).replace("{n}", count.toLocaleString("en"));
    const more = bar.querySelector("[data-everything]");
    more.hidden = everything.value === "1" || Number(bar.dataset.total) <= rows().length || here < rows().length;
  }

  function pick(row, on = !chosen.has(numberOf(row))) {
    one();
    if (on) chosen.add(numberOf(row));
    else chosen.delete(numberOf(row));
    anchor = row;
  }

  /** From the last one that was picked to this one. */
  function pickTo(row) {
    const all = rows();
    const [from, to] = [all.indexOf(anchor), all.indexOf(row)].sort((a, b) => a - b);
    one();
    for (const between of from < 0 ? [row] : all.slice(from, to + 1)) chosen.add(numberOf(between));
    if (from < 0) anchor = row;
  }

  /** "All that match" becomes the rows that are seen, before one of them is changed. */
  function one() {
    if (everything.value !== "1") return;
    everything.value = "";
    for (const row of rows()) chosen.add(numberOf(row));
  }

  function clear() {
    everything.value = "";
    chosen.clear();
    show();
  }

  function click(event) {
    if (event.target === whole) {
      one();
      for (const row of rows()) {
        if (whole.checked) chosen.add(numberOf(row));
        else chosen.delete(numberOf(row));
      }
      show();
      return;
    }
    const row = event.target.closest("[data-row]");
    if (!row) return;
    const box = event.target.matches(".pick");
    if (!box && !(event.shiftKey || event.ctrlKey || event.metaKey)) return;
    if (!box) event.preventDefault();
    if (event.shiftKey) pickTo(row);
    else pick(row);
    show();
  }

  function press(event) {
    const row = event.target.closest("[data-row]");
    if (!row || event.target.matches("input:not(.pick)")) return;
    const all = rows();
    const silent = event.key === " " && event.target === row && !row.querySelector("[data-play]");
    if ((event.key === "x" || silent) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      pick(row);
    } else if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      for (const other of all) chosen.add(numberOf(other));
    } else if (event.shiftKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const next = all[all.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)];
      if (anchor === null) pick(row, true);
      if (next) pickTo(next);
      show();
      return; // the grid moves the focus
    } else if (event.key === "Escape" && chosen.size) {
      clear();
    } else {
      return;
    }
    event.preventDefault();
    show();
  }

  function command(event) {
    if (event.target.closest("[data-clear]")) clear();
    if (event.target.closest("[data-everything]")) {
      everything.value = "1";
      show();
    }
  }

  /** Selecting text while Shift is held is not meant. */
  const still = (event) => event.shiftKey && event.target.closest("[data-row]") && event.preventDefault();
  const done = () => setTimeout(clear); // after the form has been read

  const listeners = [
    [frame, "click", click],
    [frame, "keydown", press],
    [frame, "mousedown", still],
    [bar, "click", command],
    [bar, "submit", (event) => event.submitter?.dataset.keep === undefined && done()],
  ];
  for (const [target, name, handler] of listeners) target.addEventListener(name, handler, true);
  show();
  return () => {
    for (const [target, name, handler] of listeners) target.removeEventListener(name, handler, true);
  };
}
