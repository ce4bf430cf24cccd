/**
 * A tar of files that is never made: its size is known at once, and any slice of it is put together when it is asked for.
 *
 * Entries are sorted by path and carry a fixed time, so that the same files always give the same bytes: an upload that
 * broke off goes on with a slice of a tar made anew. POSIX ustar; pax headers where a name or a size does not fit it.
 */

const BLOCK = 512;
const LARGEST = 8 ** 11; // what eleven octal digits hold
const bytes = new TextEncoder();

/** `files`: [{path, file}] -> {size, slice(start, end) -> Blob}. */
export function tarOf(files) {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const ends = new Float64Array(sorted.length);
  let size = 0;
  sorted.forEach(({ path, file }, n) => {
    size += headSize(path, file.size) + padded(file.size);
    ends[n] = size;
  });
  return { size: size + 2 * BLOCK, slice: (start, end) => slice(sorted, ends, start, end) };
}

function slice(sorted, ends, start, end) {
  const parts = [];
  let n = firstAfter(ends, start);
  for (let at = n ? ends[n - 1] : 0; n < sorted.length && at < end; at = ends[n], n += 1) {
    const { path, file } = sorted[n];
    const head = headOf(path, file.size);
    for (const part of [head, file, new Uint8Array(padded(file.size) - file.size)]) {
      const length = part === file ? file.size : part.length;
      const from = Math.max(0, start - at);
      const to = Math.min(length, end - at);
      if (from < to) parts.push(part.slice(from, to));
      at += length;
    }
  }
  const total = ends.length ? ends[ends.length - 1] : 0;
  if (end > total) parts.push(new Uint8Array(end - Math.max(start, total)));
  return new Blob(parts);
}

/** The first entry that ends after `place`. */
function firstAfter(ends, place) {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle] > place) high = middle;
    else low = middle + 1;
  }
  return low;
}

function padded(size) {
  return Math.ceil(size / BLOCK) * BLOCK;
}

function fits(path, size) {
  return size < LARGEST && path.length <= 100 && /^[\x20-\x7e]+$/.test(path);
}

function headSize(path, size) {
  return fits(path, size) ? BLOCK : 2 * BLOCK + padded(recordsOf(path, size).length);
}

function headOf(path, size) {
  if (fits(path, size)) return block(bytes.encode(path), size, "0");
  const records = recordsOf(path, size);
  const whole = new Uint8Array(2 * BLOCK + padded(records.length));
  whole.set(block(bytes.encode("pax"), records.length, "x"));
  whole.set(records, BLOCK);
  whole.set(block(bytes.encode("long"), size < LARGEST ? size : 0, "0"), BLOCK + padded(records.length));
  return whole;
}

/** pax: lines `LENGTH key=value`, where LENGTH counts itself. */
function recordsOf(path, size) {
  const lines = [`path=${path}`];
  if (size >= LARGEST) lines.push(`size=${size}`);
  const packed = lines.map((line) => {
    const rest = bytes.encode(` ${line}\n`).length;
    let length = rest + String(rest).length;
    length = rest + String(length).length;
    return `${length} ${line}\n`;
  });
  return bytes.encode(packed.join(""));
}

function block(name, size, kind) {
  const head = new Uint8Array(BLOCK);
  const put = (text, at) => head.set(bytes.encode(text), at);
  head.set(name, 0);
  put("0000644\0" + "0000000\0" + "0000000\0", 100);
  put(`${size.toString(8).padStart(11, "0")} `, 124);
  put("00000000000 ", 136);
  put("        ", 148);
  put(kind, 156);
  put("ustar\x0000", 257);
  const sum = head.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return head;
}
