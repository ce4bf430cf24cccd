/** What a cloud of points is drawn with: axes, marks, colours, a line around some of them. */

export const PAD = { left: 64, right: 12, top: 26, bottom: 40 };
const CORNERS = 150;
export const MARKS = ["●", "■", "▲", "◆"];

/** Eight colours come again with another mark. */
export const shapeFor = (tone) => (tone + Math.floor(tone / 8)) % MARKS.length;

export function extent(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const room = (high - low || Math.abs(high) || 1) * 0.03;
  return [low - room, high + room];
}

export const share = (value, [low, high]) => (value - low) / (high - low || 1);

function ticks([low, high], wanted) {
  const raw = (high - low) / Math.max(2, wanted);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= raw);
  const found = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) found.push(Number(tick.toPrecision(12)));
  return found;
}

export function words(value, isDate = false) {
  if (isDate) return new Date(value * 1000).toISOString().slice(0, 10);
  return Math.abs(value) >= 1e6 || (value && Math.abs(value) < 1e-3) ? value.toPrecision(3) : value.toLocaleString("en", { maximumFractionDigits: 3 });
}

export function dot(pen, x, y, colour, shape) {
  pen.fillStyle = colour;
  pen.beginPath();
  if (shape === 0) pen.arc(x, y, 3.5, 0, 7);
  else if (shape === 1) pen.rect(x - 3, y - 3, 6, 6);
  else if (shape === 2) pen.moveTo(x, y - 4.5), pen.lineTo(x + 4, y + 3), pen.lineTo(x - 4, y + 3);
  else pen.moveTo(x, y - 4.5), pen.lineTo(x + 4.5, y), pen.lineTo(x, y + 4.5), pen.lineTo(x - 4.5, y);
  pen.fill();
}

export function ring(pen, [x, y], colour) {
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.arc(x, y, 7, 0, 7);
  pen.stroke();
}

export function outline(pen, path, colour) {
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  pen.setLineDash([4, 3]);
  pen.beginPath();
  path.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
  pen.stroke();
  pen.setLineDash([]);
}

/** Whether a point lies inside a path: an odd number of its edges are crossed to the right. */
export function inside([x, y], path) {
  let odd = false;
  for (let i = 0, j = path.length - 1; i < path.length; j = i, i += 1) {
    const [[a, b], [c, d]] = [path[i], path[j]];
    if (b > y !== d > y && x < ((c - a) * (y - b)) / (d - b) + a) odd = !odd;
  }
  return odd;
}

/** From blue over grey to ember: low to high. */
export function ramp(at) {
  const stops = [[0, 114, 178], [150, 150, 150], [200, 80, 20]];
  const low = at < 0.5 ? 0 : 1;
  const part = (at - low * 0.5) * 2;
  return `rgb(${stops[low].map((from, i) => Math.round(from + (stops[low + 1][i] - from) * part)).join(",")})`;
}

/** Ticks, hairlines and names of both axes. */
export function drawAxes(pen, axes, { width, height, colours, names, dates, family }) {
  pen.font = `12px ${family}`;
  pen.strokeStyle = colours.hairline;
  pen.fillStyle = colours.quiet;
  for (const tick of ticks(axes[0], width / 110)) {
    const x = PAD.left + share(tick, axes[0]) * (width - PAD.left - PAD.right);
    pen.textAlign = "center";
    pen.fillText(words(tick, dates[0]), x, height - PAD.bottom + 16);
  }
  for (const tick of ticks(axes[1], height / 60)) {
    const y = height - PAD.bottom - share(tick, axes[1]) * (height - PAD.top - PAD.bottom);
    pen.beginPath();
    pen.moveTo(PAD.left, y);
    pen.lineTo(width - PAD.right, y);
    pen.stroke();
    pen.textAlign = "right";
    pen.fillText(words(tick, dates[1]), PAD.left - 8, y + 4);
  }
  pen.textAlign = "center";
  pen.fillText(names[0], (width + PAD.left) / 2, height - 6);
  pen.textAlign = "left";
  pen.fillText(`↑ ${names[1]}`, 4, 12);
}

/** At most `CORNERS` places of a path: an area with more is not taken. */
export function thinned(path) {
  const step = Math.ceil(path.length / CORNERS);
  return path.filter((_, i) => i % step === 0);
}
