/** Single keys: `t`, `.`, `p` … click `[data-key]`, `/` goes to the search field, Esc closes the open drawer. */

import { closeDrawer } from "./drawer.js";

export function start() {
  document.addEventListener("keydown", press);
}

function press(event) {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
  if (event.key === "Escape") {
    if (closeDrawer()) event.preventDefault();
    return;
  }
  if (isTyping(event.target) || event.repeat) return;
  const target = [...document.querySelectorAll(`[data-key="${CSS.escape(event.key)}"]`)].find((element) => element.checkVisibility());
  if (!target || target.disabled) return;
  event.preventDefault();
  if (target.matches("input, select, textarea")) {
    target.focus();
    target.select?.();
  } else {
    target.click();
  }
}

function isTyping(element) {
  const field = element.closest?.("input, select, textarea, [contenteditable]");
  return Boolean(field) && !["radio", "checkbox", "button", "submit", "file"].includes(field.type);
}
