/**
 * Drawers and toggles. `[data-drawer="id"]` opens (again: closes), `[data-close]` closes; focus moves in and comes back.
 * A drawer is no dialog: the page behind stays usable, so that one can read and click on. `[data-toggle="id"]` unfolds.
 */

let opened = null; // {drawer, opener}

export function start() {
  document.addEventListener("click", click);
  document.addEventListener("htmx:after:swap", () => opened && !opened.drawer.isConnected && forget());
}

function click(event) {
  const toggle = event.target.closest("[data-toggle]");
  if (toggle) unfold(toggle);
  if (event.target.closest("[data-close]")) closeDrawer();
  const opener = event.target.closest("[data-drawer]");
  if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const drawer = document.getElementById(opener.dataset.drawer);
  if (!drawer) return;
  if (opener.matches("a")) event.preventDefault(); // the link's page is for those without script
  if (opened?.drawer === drawer && opened.opener === opener) closeDrawer();
  else openDrawer(drawer, opener);
}

/** Show a drawer; another open one closes. */
export function openDrawer(drawer, opener) {
  if (opened && opened.drawer !== drawer) closeDrawer({ back: false });
  const wasOpen = opened?.drawer === drawer;
  opened?.opener?.removeAttribute("aria-expanded");
  opened = { drawer, opener };
  if (opener.matches("button")) opener.setAttribute("aria-expanded", "true");
  if (wasOpen) return; // the next row of the same table: focus stays where the person is
  drawer.hidden = false;
  drawer.focus();
  drawer.dispatchEvent(new CustomEvent("skillet:drawer", { bubbles: true, detail: { open: true } }));
}

/** Hide the open drawer; true if there was one. */
export function closeDrawer({ back = true } = {}) {
  if (!opened) return false;
  const { drawer, opener } = opened;
  drawer.hidden = true;
  forget();
  if (back && opener.isConnected) (opener.closest("tr[tabindex]") ?? opener).focus();
  drawer.dispatchEvent(new CustomEvent("skillet:drawer", { bubbles: true, detail: { open: false } }));
  return true;
}

function forget() {
  opened.opener.removeAttribute("aria-expanded");
  opened = null;
}

function unfold(toggle) {
  const part = document.getElementById(toggle.dataset.toggle);
  part.hidden = !part.hidden;
  toggle.setAttribute("aria-expanded", String(!part.hidden));
}
