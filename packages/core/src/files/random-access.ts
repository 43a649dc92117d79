/** Something with bytes that can be read from any place: a file, a `Blob`, a URL that serves ranges. */
export interface RandomAccess {
  /** Bytes in all. */
  readonly size: number;
  /** The bytes `[begin, end)`, exactly that many. */
  read(begin: number, end: number): Promise<Uint8Array>;
}

/** Bytes in memory as a random-access source; reads are views, not copies. */
export function bytesSource(bytes: Uint8Array): RandomAccess {
  return { size: bytes.length, read: async (begin, end) => bytes.subarray(begin, end) };
}
