/** The light-or-dark button: turns round and remembers it in a cookie, so that the server renders it at once. */

const YEAR = 365 * 24 * 3600;

export function start() {
  document.getElementById("theme")?.addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    document.cookie = `skillet_theme=${root.dataset.theme}; path=/; max-age=${YEAR}; samesite=lax`;
    document.body.dispatchEvent(new CustomEvent("skillet:theme"));
  });
}
