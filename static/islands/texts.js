/** Texts of classes: a text file goes into the field, where it can be looked at before it is added. */

import { collect } from "./collect.js";

export function start(element) {
  const collection = collect(element);

  async function take(event) {
    if (!event.target.matches("[data-text-file]") || !event.target.files.length) return;
    const field = event.target.closest("[data-class]").querySelector("textarea");
    field.value = await event.target.files[0].text();
    field.focus();
    event.target.value = "";
  }

  /** Ctrl+Enter adds what is in the field: Enter alone begins the next line. */
  function press(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches("textarea[name=text]")) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  }

  element.addEventListener("change", take);
  element.addEventListener("keydown", press);
  return () => {
    element.removeEventListener("change", take);
    element.removeEventListener("keydown", press);
    collection.stop();
  };
}
