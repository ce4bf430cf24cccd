/** Photos of classes: a live picture, and while a button is held a JPEG several times a second. */

import { collect, holding, whyNot } from "./collect.js";

const SIDE = 320;
const QUALITY = 0.9;

export function start(element) {
  const collection = collect(element);
  const { words, say, send } = collection;
  const video = element.querySelector("video");
  const starter = element.querySelector("[data-start]");
  const canvas = document.createElement("canvas");
  let stream = null;
  let timer = 0;

  async function open() {
    try {
      if (!navigator.mediaDevices?.getUserMedia) throw new Error("not a secure page");
      stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 640 }, height: { ideal: 480 } } });
    } catch (error) {
      return say(whyNot(words, error));
    }
    if (!element.isConnected) return close();
    video.srcObject = stream;
    await video.play();
    starter.hidden = true;
    ready();
    say(words.ready);
  }

  function ready() {
    for (const button of element.querySelectorAll("[data-hold]")) button.disabled = !stream;
  }

  function close() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
  }

  /** The middle square, as the model will see it. */
  function shoot(id) {
    const side = Math.min(video.videoWidth, video.videoHeight);
    if (!side) return;
    canvas.width = canvas.height = Math.min(SIDE, side);
    const [x, y] = [(video.videoWidth - side) / 2, (video.videoHeight - side) / 2];
    canvas.getContext("2d").drawImage(video, x, y, side, side, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => blob && send(id, blob), "image/jpeg", QUALITY);
  }

  function begin(id, name) {
    say(words.recording.replace("{name}", name));
    shoot(id);
    timer = setInterval(() => shoot(id), 1000 / Number(element.querySelector("[data-rate]").value));
  }

  function end() {
    clearInterval(timer);
    say(words.ready);
  }

  const release = holding(element, begin, end);
  starter.addEventListener("click", open);
  starter.disabled = false;
  element.addEventListener("htmx:after:swap", ready); // classes that came anew
  if (!navigator.mediaDevices?.getUserMedia) {
    starter.hidden = true;
    say(whyNot(words));
  }
  return () => {
    clearInterval(timer);
    release();
    close();
    collection.stop();
  };
}
