import { expect, test } from 'vitest';
import { sha256 } from '../src/index.ts';

test('the hash of a text is that of its bytes in UTF-8', async () => {
  expect(await sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(await sha256('é')).toBe(await sha256(Uint8Array.of(0xc3, 0xa9)));
});
