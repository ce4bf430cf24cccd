/**
 * What was dropped, chosen or pasted -> parts to send: [{name, size, source, mark}], of a tar with `label` and `files`.
 *
 * A few loose files stay files; a folder, several of them, or very many files become one tar (upload-tar.js). `mark` is
 * the same whenever the same files come again: by it an upload that broke off is found.
 */

import { tarOf } from "./upload-tar.js";

const FEW = 20;

/** Of a drop event; must be called while it lasts. `folders`: names of those that were dropped; `told` hears how many files. */
export async function ofDrop(transfer, told) {
  const entries = [...transfer.items].filter((item) => item.kind === "file").map((item) => item.webkitGetAsEntry?.());
  if (!entries.some((entry) => entry?.isDirectory)) return { files: loose(transfer.files), folders: [] };
  const found = [];
  for (const entry of entries) if (entry) await walk(entry, entry.name, found, told);
  return { files: found, folders: entries.filter((entry) => entry?.isDirectory).map((entry) => entry.name) };
}

/** Of a file field. */
export function ofField(field) {
  const files = [...field.files];
  const folder = files[0]?.webkitRelativePath.split("/")[0];
  if (!folder) return { files: loose(files), folders: [] };
  return { files: files.map((file) => ({ path: file.webkitRelativePath, file })), folders: [folder] };
}

export function loose(files) {
  return [...files].map((file) => ({ path: file.name, file }));
}

async function walk(entry, path, found, told) {
  if (entry.isFile) {
    found.push({ path, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) });
    if (found.length % 100 === 0) told(found.length);
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    // a hundred at a time, until none is left
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return;
    await Promise.all(some.map((child) => walk(child, `${path}/${child.name}`, found, told)));
  }
}

/** `words`: {many, both, more} name a tar of loose files and of several folders. */
export function pack({ files, folders }, say) {
  if (!folders.length && files.length <= FEW) {
    return files.map(({ path, file }) => ({ name: path, size: file.size, source: file, mark: markOf([{ path, file }]) }));
  }
  let name = folders[0];
  if (folders.length === 2) name = say("both", { a: folders[0], b: folders[1] });
  if (folders.length > 2) name = say("more", { a: folders[0], n: folders.length - 1 });
  if (!folders.length) {
    name = say("many", { n: files.length });
    files = files.map(({ path, file }) => ({ path: `${name}/${path}`, file }));
  }
  const source = tarOf(files);
  return [{ name: `${name}.tar`, label: name, size: source.size, source, mark: markOf(files), files: files.length }];
}

/** A short text that is the same for the same files (53 bits of cyrb53 by bryc, public domain, over names, sizes, times). */
function markOf(files) {
  let h1 = 0xdeadbeef;
  let h2 = 0x41c6ce57;
  let total = 0;
  for (const line of files.map(({ path, file }) => `${path}\n${file.size}\n${file.lastModified}\n`).sort()) {
    for (let i = 0; i < line.length; i += 1) {
      const code = line.charCodeAt(i);
      h1 = Math.imul(h1 ^ code, 2654435761);
      h2 = Math.imul(h2 ^ code, 1597334677);
    }
  }
  for (const { file } of files) total += file.size;
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909);
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909);
  return `${files.length}.${total}.${(4294967296 * (2097151 & h2) + (h1 >>> 0)).toString(36)}`;
}
