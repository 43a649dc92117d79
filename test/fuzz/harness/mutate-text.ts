import * as fc from 'fast-check';
import { hostileTexts } from './hostile.ts';

const edit = fc.record({
  kind: fc.constantFrom('insert', 'remove', 'cut', 'repeat', 'replace', 'many'),
  at: fc.nat(2 ** 20),
  from: fc.nat(2 ** 20),
  size: fc.nat(60),
  text: fc.constantFrom(...hostileTexts),
  times: fc.constantFrom(2, 50, 3000),
});
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

function applied(text: string, { kind, at: place, from: source, size, text: other, times }: Edit): string {
  const at = place % (text.length + 1);
  const from = source % (text.length + 1);
  switch (kind) {
    case 'insert':
      return text.slice(0, at) + other + text.slice(at);
    case 'remove':
      return text.slice(0, at) + text.slice(at + size);
    case 'cut':
      return text.slice(0, at);
    case 'repeat':
      return text.slice(0, at) + text.slice(from, from + size) + text.slice(at);
    case 'replace':
      return text.slice(0, at) + other + text.slice(at + 1);
    case 'many':
      return text.slice(0, at) + (other || text.slice(at, at + 1)).repeat(times) + text.slice(at);
  }
}

/** Returns a text with pieces inserted, removed, repeated or cut off. */
export function mutatedText(base: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(base, fc.array(edit, { minLength: 1, maxLength: 4, size: 'small' }))
    .map(([text, edits]) => edits.reduce(applied, text));
}
