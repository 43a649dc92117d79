import type { TorchFail } from '../errors.ts';

/** Reads little-endian fields one after the other. Reading past the end fails as `malformed`. */
export class ByteCursor {
  position = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #fail: TorchFail;

  constructor(bytes: Uint8Array, fail: TorchFail) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#fail = fail;
  }

  get atEnd(): boolean {
    return this.position === this.#bytes.length;
  }

  u8(): number {
    return this.#view.getUint8(this.#skip(1));
  }
  u16(): number {
    return this.#view.getUint16(this.#skip(2), true);
  }
  u32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }
  i32(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }
  /** Reads an unsigned 64-bit integer. Values above 2^53 - 1 fail, because JavaScript numbers cannot hold them. */
  u64(): number {
    const value = Number(this.#view.getBigUint64(this.#skip(8), true));
    if (Number.isSafeInteger(value)) return value;
    return this.#fail('malformed', `it claims ${value} bytes or elements, which no file has`);
  }
  /** Reads a big-endian double, as pickles store it. */
  doubleBigEndian(): number {
    return this.#view.getFloat64(this.#skip(8), false);
  }
  /** Returns a view of the next bytes. */
  take(length: number): Uint8Array {
    const begin = this.#skip(length);
    return this.#bytes.subarray(begin, begin + length);
  }
  text(length: number): string {
    return this.#decode(this.take(length));
  }
  /** Returns the text before the next line feed, and skips the line feed. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.position);
    if (end < 0) return this.#ended();
    const text = this.text(end - this.position);
    this.position++;
    return text;
  }

  #skip(length: number): number {
    const begin = this.position;
    if (length > this.#bytes.length - begin) return this.#ended();
    this.position += length;
    return begin;
  }

  #ended(): never {
    return this.#fail('malformed', 'it ends in the middle; it was cut off, download or save it again');
  }

  #decode(bytes: Uint8Array): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return this.#fail('malformed', 'a name in it is not UTF-8 text; the file is damaged');
    }
  }
}
