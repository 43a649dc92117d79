import type { HostValue } from '@scalearn/core/graph';
import { expect, test } from 'vitest';
import { dropoutThreshold, fillMaskRow } from '../../core/src/random/dropout-mask.ts';
import { keeps } from '../../core/test/random/keeps.ts';
import { HostContext } from '../src/host/context.ts';
import type { SequenceGroup } from '../src/host/groups.ts';
import { attentionMask } from '../src/host/masks.ts';
import { MaskBuffer } from '../src/masks/mask-buffer.ts';

const state = { key0: 0x9e3779b9, key1: 12345, step: 77 };
const [stream, probability] = [0xdeadbeef, 0.1];
const source = { stream, threshold: dropoutThreshold(probability), kept: 1 / (1 - probability), state };

/** What core draws for a row, as f32. */
function expectedRow(width: number, row: number): Float32Array {
  const out = new Float32Array(width);
  fillMaskRow(out, 0, width, row, stream, source.threshold, source.kept, state);
  return out;
}

test.each([1, 2, 7, 8, 9, 23, 31, 32, 33, 47, 64, 100, 127, 128, 129, 384, 1000])(
  'rows of %i columns have the bits of core',
  (width) => {
    for (const stride of [width, width + 1, width + 5, width + 40])
      for (const [rows, row, rowStep] of [
        [1, 0, 1],
        [3, 5, 1],
        [4, 2, 12],
        [9, 1000, 3],
      ] as const) {
        const buffer = new MaskBuffer(rows * stride + 3, 1);
        const mask = buffer.take(rows * stride + 3);
        mask.data.fill(7);
        mask.fill({ at: 0, rows, width, stride, row, rowStep, ...source });
        for (let r = 0; r < rows; r++) {
          const actual = mask.data.slice(r * stride, (r + 1) * stride);
          expect(actual.slice(0, width)).toEqual(expectedRow(width, row + r * rowStep));
          expect(actual.slice(width).every((v) => v === 0)).toBe(true);
        }
      }
  },
);

test('a probability next to 1 keeps nothing, one next to 0 everything', () => {
  const mask = new MaskBuffer(3 * 11, 1).take(3 * 11);
  const rows = { at: 0, rows: 3, width: 11, stride: 11, row: 0, rowStep: 1, ...source };
  mask.fill({ ...rows, threshold: dropoutThreshold(0) });
  expect(mask.data.every((v) => v === Math.fround(source.kept))).toBe(true);
  mask.fill({ ...rows, threshold: dropoutThreshold(1 - 2 ** -20) });
  expect(mask.data.every((v) => v === 0)).toBe(true);
});

test('masks lie side by side without touching each other', () => {
  const buffer = new MaskBuffer(2 * 5 * 13, 2);
  const masks = [buffer.take(5 * 13), buffer.take(5 * 13)];
  for (const mask of masks)
    mask.fill({ at: 0, rows: 5, width: 13, stride: 13, row: 0, rowStep: 1, ...source });
  for (const mask of masks)
    for (let r = 0; r < 5; r++) expect(mask.data.slice(r * 13, (r + 1) * 13)).toEqual(expectedRow(13, r));
  expect(buffer.holds(2 * 5 * 13, 2)).toBe(true);
});

test.each([[[7, 1, 37, 12]], [[128, 3, 64, 64, 65]], [[9, 9, 9]], [[1]]])(
  'attention over sequences of %j: every group holds what core draws, and zero at padding',
  (lengths) => {
    const [heads, groups] = [3, 4];
    const cuSeqlens = Int32Array.from([0, ...lengths], (_, i) =>
      lengths.slice(0, i).reduce((a, b) => a + b, 0),
    );
    const random = Int32Array.of(state.key0, state.key1, state.step);
    const context = new HostContext({}, { cuSeqlens, random });
    const buffer = new MaskBuffer(heads * lengths.length * 128 ** 2, groups);
    // What an earlier batch has left there.
    buffer.take(heads * lengths.length * 128 ** 2).data.fill(7);
    buffer.reset();
    const seen = new Set<number>();
    for (let group = 0; group < groups; group++) {
      const value: Extract<HostValue, { kind: 'attentionMask' }> = {
        kind: 'attentionMask',
        heads,
        probability,
        stream,
        random: 'input random',
        cuSeqlens: 'input cuSeqlens',
        group,
        groups,
      };
      const { data, shape } = attentionMask(value, { context, masks: buffer });
      const size = shape[3] as number;
      const { sequences, padded } = context.groups('input cuSeqlens', groups)[group] as SequenceGroup;
      expect(shape).toEqual([padded, heads, size, size]);
      for (let i = 0; i < data.length; i++) {
        const key = i % size;
        const query = Math.floor(i / size) % size;
        const head = Math.floor(i / size ** 2) % heads;
        const s = sequences[Math.floor(i / size ** 2 / heads)];
        const real = s !== undefined && Math.max(key, query) < (lengths[s] as number);
        const row = real ? ((cuSeqlens[s] as number) + query) * heads + head : 0;
        const kept = real && keeps(row, key, stream, source.threshold, state);
        if (data[i] !== (kept ? Math.fround(source.kept) : 0))
          expect.fail(`group ${group}, element ${i} is ${data[i]}`);
      }
      for (const s of sequences) seen.add(s);
    }
    expect(seen.size).toBe(lengths.length);
  },
);
