/**
 * Writes the few wire types of protocol buffers that an ONNX model needs. A message is a list of parts.
 * https://protobuf.dev/programming-guides/encoding
 */
export type Message = readonly Uint8Array[];

function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

export function integer(field: number, value: number | bigint): Message {
  return [varint(field << 3), varint(value)];
}

export function float(field: number, value: number): Message {
  return [varint((field << 3) | 5), new Uint8Array(Float32Array.of(value).buffer)];
}

export function bytes(field: number, value: Uint8Array): Message {
  return [varint((field << 3) | 2), varint(value.length), value];
}

export function string(field: number, value: string): Message {
  return bytes(field, new TextEncoder().encode(value));
}

export function message(field: number, ...parts: readonly Message[]): Message {
  const content = parts.flat();
  return [varint((field << 3) | 2), varint(content.reduce((n, part) => n + part.length, 0)), ...content];
}

/** Returns the bytes of a whole message. */
export function encode(...parts: readonly Message[]): Uint8Array {
  const content = parts.flat();
  const out = new Uint8Array(content.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of content) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
