/** A tensor as pictures: `data-planes` (base64, a byte a value) of shape `data-shape` (planes, height, width). */

export function start(element) {
  const [count, height, width] = element.dataset.shape.split(",").map(Number);
  const bytes = Uint8Array.from(atob(element.dataset.planes), (letter) => letter.charCodeAt(0));
  [...element.querySelectorAll("canvas")].slice(0, count).forEach((canvas, plane) => {
    canvas.width = width;
    canvas.height = height;
    const pen = canvas.getContext("2d");
    const picture = pen.createImageData(width, height);
    for (let i = 0; i < width * height; i += 1) {
      const value = bytes[plane * width * height + i];
      picture.data.set([value, value, value, 255], i * 4);
    }
    pen.putImageData(picture, 0, 0);
  });
}
