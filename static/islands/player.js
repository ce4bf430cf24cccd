/** A sound with its waveform and its spectrogram: click or arrows move in it, Space or the button play it. */

import { decode, placeIn, play, spectrum, stop } from "./sound.js";

const JUMP = 0.5; // seconds of an arrow key

export function start(figure) {
  const [wave, pitch] = figure.querySelectorAll("canvas");
  const button = figure.querySelector("[data-toggle-sound]");
  const time = figure.querySelector("[data-time]");
  const words = button.textContent;
  let buffer = null;
  let place = 0;
  let stills = null;

  async function load() {
    try {
      buffer = await decode(figure.dataset.source);
    } catch (error) {
      time.textContent = error.message;
      button.disabled = true;
      return;
    }
    if (!figure.isConnected) return;
    paint();
    figure.dataset.drawn = String(buffer.length);
  }

  function paint() {
    const style = getComputedStyle(figure);
    const samples = buffer.getChannelData(0);
    drawWave(wave, samples, style.getPropertyValue("--train") ? style.color : "currentcolor");
    drawPitch(pitch, samples);
    stills = [wave, pitch].map((canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height));
    mark();
  }

  function mark() {
    const heard = placeIn(buffer);
    if (heard !== null) place = heard;
    time.textContent = `${place.toFixed(1)} s`;
    [wave, pitch].forEach((canvas, index) => {
      const pen = canvas.getContext("2d");
      pen.putImageData(stills[index], 0, 0);
      pen.fillStyle = index ? "#ffffff" : getComputedStyle(button).color;
      pen.fillRect(Math.min(canvas.width - 2, (place / buffer.duration) * canvas.width), 0, 2, canvas.height);
    });
    if (heard !== null) requestAnimationFrame(mark);
  }

  function toggle() {
    if (!buffer) return;
    if (placeIn(buffer) !== null) {
      stop();
      return;
    }
    if (place >= buffer.duration - 0.05) place = 0;
    from(place);
  }

  function from(seconds) {
    const wasHeard = placeIn(buffer) !== null;
    place = Math.max(0, Math.min(buffer.duration, seconds));
    if (!wasHeard && arguments.length > 1) {
      mark();
      return;
    }
    play(buffer, place, () => {
      button.textContent = words;
      if (place > buffer.duration - 0.1) place = 0;
    });
    button.textContent = button.dataset.stop;
    mark();
  }

  function click(event) {
    if (event.target.closest("[data-toggle-sound]")) toggle();
    if (!buffer || !event.target.matches("canvas")) return;
    const box = event.target.getBoundingClientRect();
    from(((event.clientX - box.left) / box.width) * buffer.duration);
  }

  function press(event) {
    const moves = {
      " ": toggle,
      ArrowRight: () => from(place + JUMP, "still"),
      ArrowLeft: () => from(place - JUMP, "still"),
      Home: () => from(0, "still"),
    };
    if (!buffer || !moves[event.key] || event.target.matches("button")) return;
    event.preventDefault();
    event.stopPropagation();
    moves[event.key]();
  }

  figure.addEventListener("click", click);
  figure.addEventListener("keydown", press);
  load();
  return () => {
    figure.removeEventListener("click", click);
    figure.removeEventListener("keydown", press);
    stop();
  };
}

function drawWave(canvas, samples, colour) {
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const { width, height } = canvas;
  pen.clearRect(0, 0, width, height);
  pen.fillStyle = colour;
  const step = samples.length / width;
  for (let x = 0; x < width; x += 1) {
    let [low, high] = [0, 0];
    for (let i = Math.floor(x * step); i < (x + 1) * step && i < samples.length; i += 1) {
      low = Math.min(low, samples[i]);
      high = Math.max(high, samples[i]);
    }
    pen.fillRect(x, ((1 - high) * height) / 2, 1, Math.max(1, ((high - low) * height) / 2));
  }
}

function drawPitch(canvas, samples) {
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const { width, height } = canvas;
  const lines = spectrum(samples, width, height);
  const loudest = lines.reduce((top, line) => line.reduce((a, b) => Math.max(a, b), top), -100);
  const picture = pen.createImageData(width, height);
  for (let x = 0; x < width; x += 1) {
    for (let y = 0; y < height; y += 1) {
      const share = Math.max(0, Math.min(1, 1 + (lines[x][height - 1 - y] - loudest) / 70));
      picture.data.set(ember(share), (y * width + x) * 4);
    }
  }
  pen.putImageData(picture, 0, 0);
}

/** From dark through ember to light, evenly for the eye. */
function ember(share) {
  const stops = [[20, 16, 24], [92, 30, 62], [196, 74, 40], [244, 170, 80], [255, 244, 214]];
  const at = share * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(at));
  return [...stops[low].map((from, i) => from + (stops[low + 1][i] - from) * (at - low)), 255];
}
