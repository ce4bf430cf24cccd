/** Clips of classes: what is recorded while a button is held, cut into seconds, each a WAV of 16 bits and one channel. */

import { collect, holding, whyNot } from "./collect.js";

const RATE = 16_000;
const FILE_RATE = 44_100;
const BARS = 80;

export function start(element) {
  const collection = collect(element, { prepare: cutFile });
  const { words, say, send } = collection;
  const starter = element.querySelector("[data-start]");
  const meter = element.querySelector("meter");
  const canvas = element.querySelector("canvas");
  const levels = [];
  let stream = null;
  let audio = null;
  let held = null; // {id, pieces}

  async function open() {
    try {
      if (!navigator.mediaDevices?.getUserMedia) throw new Error("not a secure page");
      const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
      stream = await navigator.mediaDevices.getUserMedia({ audio: plain });
      audio = new AudioContext();
      await audio.audioWorklet.addModule("/static/islands/microphone-tap.js");
    } catch (error) {
      close();
      return say(whyNot(words, error));
    }
    const tap = new AudioWorkletNode(audio, "tap", { numberOfOutputs: 0 });
    tap.port.onmessage = (event) => hear(event.data);
    audio.createMediaStreamSource(stream).connect(tap);
    await audio.resume();
    starter.hidden = true;
    ready();
    say(words.ready);
  }

  function ready() {
    for (const button of element.querySelectorAll("[data-hold]")) button.disabled = !stream;
  }

  function close() {
    stream?.getTracks().forEach((track) => track.stop());
    audio?.close();
    stream = audio = null;
  }

  function hear(samples) {
    held?.pieces.push(samples);
    let peak = 0;
    for (const value of samples) peak = Math.max(peak, Math.abs(value));
    meter.value = Math.min(1, peak);
    levels.push(peak);
    if (levels.length > BARS) levels.shift();
    requestAnimationFrame(draw);
  }

  function draw() {
    const pen = canvas.getContext("2d");
    const { width, height } = canvas;
    pen.clearRect(0, 0, width, height);
    pen.fillStyle = getComputedStyle(canvas).color;
    levels.forEach((level, n) => {
      const tall = Math.max(2, level * height);
      pen.fillRect((n * width) / BARS, (height - tall) / 2, width / BARS - 1, tall);
    });
  }

  function begin(id, name) {
    held = { id, pieces: [] };
    say(words.recording.replace("{name}", name));
  }

  async function end() {
    const { id, pieces } = held;
    held = null;
    const all = joined(pieces);
    if (!audio || all.length < audio.sampleRate) return say(words.short);
    say(words.ready);
    for (const clip of await cut(all, audio.sampleRate)) send(id, clip);
  }

  /** A sound file as clips of a second; as it is where the browser cannot read it or it is shorter. */
  async function cutFile(file) {
    const reader = new OfflineAudioContext(1, 1, FILE_RATE);
    try {
      const sound = await reader.decodeAudioData(await file.arrayBuffer());
      const mixed = new Float32Array(sound.length);
      for (let channel = 0; channel < sound.numberOfChannels; channel += 1) {
        sound.getChannelData(channel).forEach((value, n) => (mixed[n] += value / sound.numberOfChannels));
      }
      const clips = await cut(mixed, sound.sampleRate);
      return clips.length ? clips : [file];
    } catch {
      say(words.undecodable.replace("{name}", file.name));
      return [file];
    }
  }

  const release = holding(element, begin, end);
  starter.addEventListener("click", open);
  starter.disabled = false;
  element.addEventListener("htmx:after:swap", ready);
  if (!navigator.mediaDevices?.getUserMedia) {
    starter.hidden = true;
    say(whyNot(words));
  }
  return () => {
    release();
    close();
    collection.stop();
  };
}

/** Whole seconds of a recording, each made 16,000 samples by the browser's own resampler. */
async function cut(samples, rate) {
  const seconds = Math.floor(samples.length / rate);
  if (!seconds) return [];
  const machine = new OfflineAudioContext(1, seconds * RATE, RATE);
  const source = machine.createBufferSource();
  source.buffer = machine.createBuffer(1, samples.length, rate);
  source.buffer.copyToChannel(samples, 0);
  source.connect(machine.destination);
  source.start();
  const slow = (await machine.startRendering()).getChannelData(0);
  return Array.from({ length: seconds }, (_, n) => wav(slow.subarray(n * RATE, (n + 1) * RATE)));
}

/** A WAV file: https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html */
function wav(samples) {
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const text = (at, letters) => [...letters].forEach((letter, n) => view.setUint8(at + n, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + samples.length * 2, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((value, n) => view.setInt16(44 + n * 2, Math.max(-1, Math.min(1, value)) * 32_767, true));
  return new Blob([view], { type: "audio/wav" });
}

function joined(pieces) {
  const all = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
