import { RandomStream } from '@scalearn/core/graph';
import { describe, expect, test } from 'vitest';
import { quantizeBlocks, quantizeRows } from '../src/quantize.ts';

const refuse = (value: number): Error => new RangeError(`${value} is refused`);
const draw = (rows: number, width: number): Float32Array =>
  new RandomStream(5, `${rows} ${width}`).normal(rows * width, 0, 1);

describe('rows in 8 bits', () => {
  test('differ from the values by half a step of their row at most', () => {
    const [rows, width] = [7, 13];
    const values = draw(rows, width).map((value, i) => value * 10 ** (i % 7 === 0 ? 2 : 0));
    const { data, scales } = quantizeRows(values, width, refuse);
    expect(scales.length).toBe(rows);
    for (const [i, value] of values.entries()) {
      const scale = scales[Math.floor(i / width)] as number;
      expect(Math.abs((data[i] as number) * scale - value)).toBeLessThanOrEqual(scale * 0.5001);
    }
    // Every row uses its whole range.
    for (let row = 0; row < rows; row++)
      expect(Math.max(...data.subarray(row * width, (row + 1) * width).map(Math.abs))).toBe(127);
  });

  test('of zeros are zeros', () => {
    expect(Array.from(quantizeRows(new Float32Array(4), 2, refuse).data)).toEqual([0, 0, 0, 0]);
  });
});

describe('blocks in 4 bits', () => {
  test.each([
    [64, 32],
    [40, 32],
    [3, 4],
  ])('of a row of %i, %i each, have their layout, and differ by a step at most', (width, block) => {
    const rows = 3;
    const values = draw(rows, width);
    const { data, scales } = quantizeBlocks(values, width, block, refuse);
    const blocks = Math.ceil(width / block);
    expect([data.length, scales.length]).toEqual([(rows * blocks * block) / 2, rows * blocks]);
    for (let row = 0; row < rows; row++)
      for (let i = 0; i < blocks * block; i++) {
        const at = row * blocks * block + i;
        const number = ((data[at >> 1] as number) >> (at % 2 === 0 ? 0 : 4)) & 15;
        const scale = scales[row * blocks + Math.floor(i / block)] as number;
        const value = i < width ? (values[row * width + i] as number) : 0;
        // 7 is the largest number above zero, -8 below.
        expect(Math.abs((number - 8) * scale - value)).toBeLessThanOrEqual(Math.abs(scale) * 1.0001);
        if (i >= width) expect(number).toBe(8);
      }
  });

  test('hold the value of the largest size exactly, of either sign', () => {
    for (const largest of [-2, 2]) {
      const { data, scales } = quantizeBlocks(Float32Array.of(largest, 1, 0, 0), 4, 4, refuse);
      expect(((data[0] as number) & 15) - 8).toBe(-8);
      expect((scales[0] as number) * -8).toBe(largest);
    }
  });
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('%f is refused', (value) => {
  const values = Float32Array.of(1, value);
  expect(() => quantizeRows(values, 2, refuse)).toThrow(RangeError);
  expect(() => quantizeBlocks(values, 2, 2, refuse)).toThrow(RangeError);
});
