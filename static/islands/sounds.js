/** Buttons that play the sound of a row: `[data-play="address"]` in a table; again: stops. */

import { decode, play, stop } from "./sound.js";

export function start(frame) {
  async function click(event) {
    const button = event.target.closest("[data-play]");
    if (!button) return;
    event.preventDefault();
    if (button.hasAttribute("data-playing")) {
      stop();
      return;
    }
    try {
      const buffer = await decode(button.dataset.play);
      if (!button.isConnected) return;
      play(buffer, 0, () => button.removeAttribute("data-playing"));
      button.setAttribute("data-playing", "");
    } catch (error) {
      button.disabled = true;
      button.title = error.message;
    }
  }

  frame.addEventListener("click", click);
  return () => {
    frame.removeEventListener("click", click);
    stop();
  };
}
