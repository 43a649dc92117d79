/** A field of a message: its number, and its value in one of the wire types that are read. */
export type ProtobufField =
  | { readonly number: number; readonly wire: 'varint'; readonly value: number }
  | { readonly number: number; readonly wire: 'fixed32' | 'fixed64' | 'bytes'; readonly value: Uint8Array };

/** The bytes are not a message in the wire format. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}

/** Lengths in bytes of the wire types of fixed length. */
const FIXED = { 1: ['fixed64', 8], 5: ['fixed32', 4] } as const;

/**
 * Yields the fields of one message in the order of its bytes, without copies
 * (https://protobuf.dev/programming-guides/encoding). Groups, which are obsolete, are refused. A varint above 2^53 is
 * rounded.
 *
 * @throws ProtobufError for a message that ends too early, a length beyond its end, or another wire type
 */
export function* protobufFields(bytes: Uint8Array): Generator<ProtobufField> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1, count = 0; count < 10; scale *= 128, count++) {
      const byte = bytes[at++];
      if (byte === undefined) throw new ProtobufError('a number is cut off');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new ProtobufError('a number has more than ten bytes');
  };
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw new ProtobufError('a field goes beyond the end');
    const value = bytes.subarray(at, at + length);
    at += length;
    return value;
  };
  while (at < bytes.length) {
    const key = varint();
    const number = Math.floor(key / 8);
    const type = key % 8;
    if (number < 1 || number >= 2 ** 29) throw new ProtobufError('a field has no valid number');
    if (type === 0) yield { number, wire: 'varint', value: varint() };
    else if (type === 2) yield { number, wire: 'bytes', value: take(varint()) };
    else if (type === 1 || type === 5) {
      const [wire, length] = FIXED[type];
      yield { number, wire, value: take(length) };
    } else throw new ProtobufError(`field ${number} has the wire type ${type}`);
  }
}
