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

  element.addEventListener("change", take);
  return () => {
    element.removeEventListener("change", take);
    collection.stop();
  };
}
