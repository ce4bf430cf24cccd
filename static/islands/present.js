/** Present: `<button data-island="present" data-present="#train">` shows that part full screen and larger, and back. */

export function start(button) {
  const toggle = () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.querySelector(button.dataset.present)?.requestFullscreen();
  };
  button.addEventListener("click", toggle);
  return () => button.removeEventListener("click", toggle);
}
