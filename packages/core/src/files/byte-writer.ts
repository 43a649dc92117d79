/** Writes little-endian fields one after the other. */
export class ByteWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  bytes(...parts: readonly Uint8Array[]): this {
    for (const part of parts) {
      this.#parts.push(part);
      this.#length += part.length;
    }
    return this;
  }
  u8(...values: readonly number[]): this {
    return this.bytes(Uint8Array.from(values));
  }
  u16(...values: readonly number[]): this {
    return this.u8(...values.flatMap((value) => [value & 0xff, value >>> 8]));
  }
  u32(...values: readonly number[]): this {
    return this.u16(...values.flatMap((value) => [value & 0xffff, value >>> 16]));
  }
  text(text: string): this {
    return this.bytes(new TextEncoder().encode(text));
  }

  finish(): Uint8Array {
    const whole = new Uint8Array(this.#length);
    let position = 0;
    for (const part of this.#parts) {
      whole.set(part, position);
      position += part.length;
    }
    return whole;
  }
}
