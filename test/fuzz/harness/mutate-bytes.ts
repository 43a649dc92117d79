import * as fc from 'fast-check';
import { hostileTexts } from './hostile.ts';
import { utf8 } from './target.ts';

/** Sizes and counts at the limits of their fields. */
const limits: readonly bigint[] = [
  ...[0n, 1n, 2n, 7n, 8n, 255n, 256n, 65535n, 65536n, 0x7fffffffn, 0x80000000n, 0xffffffffn, 0x100000000n],
  ...[0x1fffffffffffffn, 0x20000000000000n, 0x7fffffffffffffffn, 0xffffffffffffffffn, 100000000n],
];

const edit = fc.record({
  kind: fc.constantFrom('flip', 'set', 'cut', 'remove', 'repeat', 'number', 'text', 'fill'),
  /** Positions: a fraction of the file, or near its start or end, where headers are. */
  from: fc.constantFrom('begin', 'anywhere', 'end'),
  at: fc.nat(2 ** 20),
  size: fc.nat(64),
  value: fc.nat(255),
  limit: fc.constantFrom(...limits),
  width: fc.constantFrom(1, 2, 4, 8),
  isLittle: fc.boolean(),
  text: fc.constantFrom(...hostileTexts),
});
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

const concat = (...parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

function place({ from, at }: Edit, length: number): number {
  if (length === 0) return 0;
  if (from === 'begin') return at % Math.min(length, 200);
  return from === 'end' ? length - 1 - (at % Math.min(length, 400)) : at % length;
}

function applied(bytes: Uint8Array, step: Edit): Uint8Array {
  const at = place(step, bytes.length);
  const { size, value, width } = step;
  switch (step.kind) {
    case 'flip':
    case 'set': {
      const copy = bytes.slice();
      if (copy.length > 0) copy[at] = step.kind === 'set' ? value : (copy[at] ?? 0) ^ (1 << (value % 8));
      return copy;
    }
    case 'cut':
      return bytes.slice(0, at);
    case 'remove':
      return concat(bytes.subarray(0, at), bytes.subarray(at + size));
    case 'repeat':
      return concat(bytes.subarray(0, at + size), bytes.subarray(at));
    case 'number': {
      const copy = bytes.slice();
      for (let i = 0; i < width && at + i < copy.length; i++) {
        const shift = BigInt(8 * (step.isLittle ? i : width - 1 - i));
        copy[at + i] = Number((step.limit >> shift) & 255n);
      }
      return copy;
    }
    case 'text':
      return concat(
        bytes.subarray(0, at),
        utf8(step.text),
        bytes.subarray(at + (value % 2 === 0 ? size : 0)),
      );
    case 'fill':
      return bytes.slice().fill(value, at, at + size);
  }
}

/** Returns bytes with some places changed, cut off or repeated. */
export function mutatedBytes(base: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(base, fc.array(edit, { minLength: 1, maxLength: 5 }))
    .map(([bytes, edits]) => edits.reduce(applied, bytes));
}
