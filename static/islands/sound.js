/** Sounds of ours: fetched, decoded and played by the browser; one at a time. */

let context = null;
let playing = null; // {source, began, offset, buffer, ended}

/** The samples behind an address, decoded at their own rate as far as the browser can. */
export async function decode(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`The sound could not be fetched (${answer.status}).`);
  const bytes = await answer.arrayBuffer();
  return new OfflineAudioContext(1, 1, rateOf(new DataView(bytes))).decodeAudioData(bytes);
}

/** A FLAC file says its rate in 20 bits after the marker and ten bytes of its first block. */
function rateOf(view) {
  const said = view.byteLength > 21 ? (view.getUint32(18) >>> 12) : 0;
  return said >= 3000 && said <= 384000 ? said : 44100;
}

/** Play from `offset` seconds on; `ended` is called when it stops, by itself or by another. */
export function play(buffer, offset, ended) {
  stop();
  context ??= new AudioContext();
  const source = context.createBufferSource();
  source.buffer = buffer;
  source.connect(context.destination);
  const now = { source, buffer, offset, began: context.currentTime, ended };
  source.onended = () => playing === now && stop();
  playing = now;
  context.resume();
  source.start(0, offset);
}

/** Stop what is heard. */
export function stop() {
  if (!playing) return;
  const { source, ended } = playing;
  playing = null;
  source.onended = null;
  source.stop();
  ended();
}

/** Seconds into the sound that is heard; null where this one is not. */
export function placeIn(buffer) {
  return playing?.buffer === buffer ? Math.min(buffer.duration, playing.offset + context.currentTime - playing.began) : null;
}

/** How loud each pitch is: decibels [columns][bands], bands from low to high, by Fourier transforms of 512 samples. */
export function spectrum(samples, columns, bands = 128) {
  const size = 512;
  const window = Float32Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
  const found = [];
  for (let column = 0; column < columns; column += 1) {
    const at = Math.floor((column / Math.max(1, columns - 1)) * Math.max(0, samples.length - size));
    const real = new Float32Array(size);
    const imaginary = new Float32Array(size);
    for (let i = 0; i < size; i += 1) real[i] = (samples[at + i] ?? 0) * window[i];
    transform(real, imaginary);
    const line = new Float32Array(bands);
    for (let band = 0; band < bands; band += 1) {
      const bin = 1 + Math.floor((band / bands) * (size / 2 - 1));
      line[band] = 10 * Math.log10(real[bin] ** 2 + imaginary[bin] ** 2 + 1e-10);
    }
    found.push(line);
  }
  return found;
}

/** Fast Fourier transform in place (Cooley and Tukey 1965); the length is a power of two. */
function transform(real, imaginary) {
  const size = real.length;
  for (let i = 1, j = 0; i < size; i += 1) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [real[i], real[j]] = [real[j], real[i]];
      [imaginary[i], imaginary[j]] = [imaginary[j], imaginary[i]];
    }
  }
  for (let length = 2; length <= size; length <<= 1) {
    const angle = (-2 * Math.PI) / length;
    for (let start = 0; start < size; start += length) {
      for (let k = 0; k < length / 2; k += 1) {
        const [cos, sin] = [Math.cos(angle * k), Math.sin(angle * k)];
        const [a, b] = [start + k, start + k + length / 2];
        const [r, i] = [real[b] * cos - imaginary[b] * sin, real[b] * sin + imaginary[b] * cos];
        [real[b], imaginary[b]] = [real[a] - r, imaginary[a] - i];
        [real[a], imaginary[a]] = [real[a] + r, imaginary[a] + i];
      }
    }
  }
}
