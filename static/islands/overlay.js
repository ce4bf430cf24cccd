/**
 * What lies on pictures: `[data-layer="ID"]` is shown or hidden by the box `[data-shows="ID"]`, page after page; a mask
 * `canvas[data-mask="address"]` is painted in the colours of its classes. Class 0, the background, stays clear.
 */

const hidden = new Set(); // columns that the person has switched off

export function start(root) {
  const boxes = [...root.querySelectorAll("[data-shows]")];

  function show() {
    for (const box of boxes) {
      box.checked = !hidden.has(box.dataset.shows);
      for (const layer of root.querySelectorAll(`[data-layer="${CSS.escape(box.dataset.shows)}"]`)) layer.toggleAttribute("hidden", !box.checked);
    }
  }

  function change(event) {
    const id = event.target.dataset?.shows;
    if (!id) return;
    if (event.target.checked) hidden.delete(id);
    else hidden.add(id);
    show();
  }

  root.addEventListener("change", change);
  show();
  const repaint = () => root.querySelectorAll("canvas[data-mask]").forEach(paint);
  repaint();
  document.body.addEventListener("skillet:theme", repaint);
  return () => {
    root.removeEventListener("change", change);
    document.body.removeEventListener("skillet:theme", repaint);
  };
}

async function paint(canvas) {
  const answer = await fetch(canvas.dataset.mask);
  if (!answer.ok) return; // the picture itself says what is missing
  const mask = await createImageBitmap(await answer.blob(), { colorSpaceConversion: "none" });
  if (!canvas.isConnected) return;
  canvas.width = mask.width;
  canvas.height = mask.height;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(mask, 0, 0);
  const picture = pen.getImageData(0, 0, mask.width, mask.height);
  const tones = [0, 1, 2, 3, 4, 5, 6, 7].map((tone) => toneOf(canvas, tone));
  for (let i = 0; i < picture.data.length; i += 4) {
    const number = picture.data[i];
    picture.data.set(number ? [...tones[number % 8], 150] : [0, 0, 0, 0], i);
  }
  pen.putImageData(picture, 0, 0);
}

/** Red, green and blue of a class colour, as the theme has it. */
function toneOf(canvas, tone) {
  const probe = document.createElement("span");
  probe.className = `tone-${tone}`;
  probe.hidden = true;
  canvas.after(probe);
  const said = getComputedStyle(probe).color;
  probe.remove();
  const pen = new OffscreenCanvas(1, 1).getContext("2d");
  pen.fillStyle = said;
  pen.fillRect(0, 0, 1, 1);
  return [...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}
