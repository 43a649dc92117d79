/** A matrix in whole numbers of few bits. A value is its number times the scale of its group. */
export interface Quantized<Data> {
  readonly data: Data;
  readonly scales: Float32Array;
}

/** Returns the error for a value that is not finite. */
export type Refuse = (value: number) => Error;

/**
 * Quantizes a matrix `[rows, width]` to whole numbers of at most 8 bits, with one scale per row.
 *
 * @param most largest number; the smallest is `-most`
 * @throws what `refuse` returns
 */
export function quantizeRows(
  values: Float32Array,
  width: number,
  refuse: Refuse,
  most = 127,
): Quantized<Int8Array> {
  const data = new Int8Array(values.length);
  const scales = new Float32Array(values.length / width);
  for (let row = 0; row < scales.length; row++) {
    const from = row * width;
    const scale = Math.abs(largestOf(values, from, width, refuse)) / most || 1;
    scales[row] = scale;
    for (let i = from; i < from + width; i++) data[i] = Math.round((values[i] as number) / scale);
  }
  return { data, scales };
}

/**
 * Quantizes a matrix `[rows, width]` to 4 bits, in the layout of ONNX Runtime's MatMulNBits: each block of a row has
 * one scale, and a byte holds two numbers from 0 to 15, the first in its low bits. 8 stands for zero. The last block of
 * a row is filled up with zeros.
 *
 * @param block values of a block, an even number
 * @returns data `[rows, blocks, block / 2]`, scales `[rows · blocks]`
 * @throws what `refuse` returns
 */
export function quantizeBlocks(
  values: Float32Array,
  width: number,
  block: number,
  refuse: Refuse,
): Quantized<Uint8Array> {
  const blocks = Math.ceil(width / block);
  const count = (values.length / width) * blocks;
  const data = new Uint8Array((count * block) / 2);
  const scales = new Float32Array(count);
  for (let at = 0; at < count; at++) {
    const start = (at % blocks) * block;
    const from = Math.floor(at / blocks) * width + start;
    const length = Math.min(block, width - start);
    // The value of the largest size becomes -8: the range reaches further below zero than above.
    const scale = largestOf(values, from, length, refuse) / -8 || 1;
    scales[at] = scale;
    for (let i = 0; i < block; i++) {
      const value = i < length ? (values[from + i] as number) : 0;
      const number = Math.min(15, Math.round(value / scale) + 8);
      const byte = (at * block + i) >> 1;
      data[byte] = (data[byte] as number) | (number << (i % 2 === 0 ? 0 : 4));
    }
  }
  return { data, scales };
}

/** Returns the value of the largest size among `length` values. */
function largestOf(values: Float32Array, from: number, length: number, refuse: Refuse): number {
  let largest = 0;
  for (let i = from; i < from + length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) throw refuse(value);
    if (Math.abs(value) > Math.abs(largest)) largest = value;
  }
  return largest;
}
