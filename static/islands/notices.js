/** The notice line: what a refused or lost htmx request says. 400 and 422 are not ours: they are swapped in as forms. */

const LASTING = 12_000;

export function start(place) {
  document.addEventListener("htmx:response:error", (event) => {
    const { response, text } = event.detail.ctx;
    if ([400, 422].includes(response.status)) return;
    const page = new DOMParser().parseFromString(text ?? "", "text/html");
    show(place, page.querySelector("[data-error]")?.textContent.trim() || place.dataset.general);
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.detail.error instanceof TypeError && event.detail.ctx && !event.detail.ctx.response) show(place, place.dataset.offline);
  });
}

function show(place, sentence) {
  const notice = document.createElement("div");
  notice.className = "notice warn";
  const text = notice.appendChild(document.createElement("p"));
  text.textContent = sentence;
  const close = notice.appendChild(document.createElement("button"));
  close.className = "icon-button";
  close.type = "button";
  close.textContent = "✕";
  close.setAttribute("aria-label", place.dataset.closeLabel);
  close.addEventListener("click", () => notice.remove());
  place.replaceChildren(notice);
  setTimeout(() => notice.remove(), LASTING);
}
