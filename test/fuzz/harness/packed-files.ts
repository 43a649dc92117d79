import type { Files } from './target.ts';

// Packs an input into contiguous bytes, so that the monitoring thread can read the input of a thread that stopped
// answering.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Packs an input. @returns false if there is not enough space */
export function packFiles(files: Files, into: Uint8Array): boolean {
  const entries = Object.entries(files).map(([name, bytes]) => [encoder.encode(name), bytes] as const);
  const size = entries.reduce((sum, [name, bytes]) => sum + 8 + name.length + bytes.length, 4);
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  if (size > into.length) {
    view.setUint32(0, 0);
    return false;
  }
  view.setUint32(0, entries.length);
  let at = 4;
  for (const part of entries.flat()) {
    view.setUint32(at, part.length);
    into.set(part, at + 4);
    at += 4 + part.length;
  }
  return true;
}

export function unpackFiles(from: Uint8Array): Files {
  const view = new DataView(from.buffer, from.byteOffset, from.byteLength);
  let at = 4;
  const next = (): Uint8Array => {
    const size = view.getUint32(at);
    const part = from.slice(at + 4, at + 4 + size);
    at += 4 + size;
    return part;
  };
  return Object.fromEntries(
    Array.from({ length: view.getUint32(0) }, () => [decoder.decode(next()), next()] as const),
  );
}
