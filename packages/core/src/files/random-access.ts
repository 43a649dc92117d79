/** A source of bytes that can be read at any position: a file, a `Blob`, or a URL that serves ranges. */
export interface RandomAccess {
  /** Total number of bytes. */
  readonly size: number;
  /** Reads the bytes `[begin, end)`, exactly `end - begin` of them. */
  read(begin: number, end: number): Promise<Uint8Array>;
}

/** Makes bytes in memory a random-access source. Reads return views, not copies. */
export function bytesSource(bytes: Uint8Array): RandomAccess {
  return { size: bytes.length, read: async (begin, end) => bytes.subarray(begin, end) };
}
