/** A picture to ask about: `<form data-island="picture">` with a file field in a label and a canvas that previews it. */

export function start(form) {
  const input = form.querySelector("input[type=file]");
  const face = input.closest("label");
  const canvas = form.querySelector("canvas");

  async function preview() {
    const file = input.files[0];
    canvas.hidden = true;
    if (!file) return;
    try {
      const picture = await createImageBitmap(file);
      const scale = Math.min(canvas.width / picture.width, canvas.height / picture.height);
      const [width, height] = [picture.width * scale, picture.height * scale];
      const pen = canvas.getContext("2d");
      pen.clearRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(picture, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
      canvas.hidden = false;
    } catch {
      // no picture that a browser can show: the server says in a sentence what it makes of it
    }
  }

  function take(files) {
    if (!files.length) return;
    const one = new DataTransfer();
    one.items.add(files[0]);
    input.files = one.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  const listeners = [
    [input, "change", preview],
    [face, "dragover", (event) => {
      event.preventDefault();
      face.classList.add("over");
    }],
    [face, "dragleave", () => face.classList.remove("over")],
    [face, "drop", (event) => {
      event.preventDefault();
      face.classList.remove("over");
      take(event.dataTransfer.files);
    }],
    [window, "paste", (event) => take(event.clipboardData?.files ?? [])],
  ];
  for (const [target, name, handler] of listeners) target.addEventListener(name, handler);
  return () => {
    for (const [target, name, handler] of listeners) target.removeEventListener(name, handler);
  };
}
