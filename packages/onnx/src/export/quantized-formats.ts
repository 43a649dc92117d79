import type { OnnxValue } from '@scalearn/core/graph';
import { elementTypes } from '../model.ts';
import { quantizeBlocks, quantizeRows } from '../quantize.ts';
import { OnnxExportError } from './errors.ts';
import { type FormatEmitter, f32, type Weight, type WeightFormat } from './weight-format.ts';

// Which products are quantized was decided by the logits of trained models (MiniLM-L6; SST-2 and STS-B). docs/guide/
// export.md has what is left of the accuracy.

/** Matrices in 8 bits with a scale per row, converted to f32 where they are read. Vectors stay f32. */
const bytes: WeightFormat = {
  whole(emit, weight) {
    if (!isMatrix(weight)) return f32.whole(emit, weight);
    const { data, scales } = storedRows(emit, weight);
    return emit.node('Mul', [asFloat(emit, data), scales]);
  },
  // Only the rows that are read are converted.
  rows(emit, table, ids) {
    if (!isMatrix(table)) return undefined;
    const { data, scales } = storedRows(emit, table);
    const numbers = asFloat(emit, emit.node('Gather', [data, ids]));
    return emit.node('Mul', [numbers, emit.node('Gather', [scales, ids])]);
  },
};

/**
 * 8 bits, for speed too: wide products are products of whole numbers, as ONNX Runtime's `quantize_dynamic` writes them.
 * Their input is quantized when the model runs, with one scale for all tokens of the batch. A product that is narrower
 * than its input is computed in f32: the input of a feed-forward layer's second product has values far from all
 * others, and quantizing it would double the error.
 */
export const q8: WeightFormat = {
  ...bytes,
  product(emit, weight, x) {
    const { name, values } = weight;
    const [out = 0, width = 0] = weight.shape;
    if (!isLarge(weight) || out < width) return undefined;
    const quantized = once(() => quantizeRows(values, width, diverged));
    // Unsigned, because products of unsigned and signed bytes can overflow on CPUs without VNNI.
    const data = emit.store(`${name} u8`, () => ({
      ...{ type: 'u8', shape: [width, out] },
      data: transposedUnsigned(quantized().data, width),
    }));
    const scales = emit.store(`${name} u8 scales`, () => ({
      ...{ type: 'f32', shape: [out] },
      data: quantized().scales,
    }));
    const zero = emit.store('zero u8', () => ({ type: 'u8', shape: [], data: Uint8Array.of(unsignedZero) }));
    const [numbers = '', scale = '', zeroOfX = ''] = emit.nodes('DynamicQuantizeLinear', [x], 3);
    const product = asFloat(emit, emit.node('MatMulInteger', [numbers, data, zeroOfX, zero]));
    return emit.node('Mul', [product, emit.node('Mul', [scale, scales])]);
  },
};

/** Number of values in a block of {@link q4}. */
const blockSize = 32;

/**
 * 4 bits for large matrices, read by ONNX Runtime's own operator MatMulNBits, which computes in f32. Tables and small
 * matrices have 8 bits.
 */
export const q4: WeightFormat = {
  ...bytes,
  product(emit, weight, x) {
    if (!isLarge(weight)) return undefined;
    const { name, values } = weight;
    const [out = 0, width = 0] = weight.shape;
    const blocks = Math.ceil(width / blockSize);
    const quantized = once(() => quantizeBlocks(values, width, blockSize, diverged));
    const data = emit.store(`${name} u4`, () => ({
      ...{ type: 'u8', shape: [out, blocks, blockSize / 2] },
      data: quantized().data,
    }));
    const scales = emit.store(`${name} u4 scales`, () => ({
      ...{ type: 'f32', shape: [out * blocks] },
      data: quantized().scales,
    }));
    const sizes = { K: width, N: out, bits: 4, block_size: blockSize };
    return emit.node('MatMulNBits', [x, data, scales], sizes);
  },
};

const diverged = (value: number): OnnxExportError =>
  new OnnxExportError(
    `the model has the weight ${value}, which cannot be quantized; its training had diverged, so train it again`,
  );

const isMatrix = ({ shape }: Weight): boolean => shape.length === 2;

/** Adapters and heads are narrower. They are a small part of the file, and quantized products of them are not faster. */
const leastSide = 64;

const isLarge = (weight: Weight): boolean => isMatrix(weight) && Math.min(...weight.shape) >= leastSide;

/** Stores a matrix in 8 bits: data i8 `[rows, width]`, scales f32 `[rows, 1]`. */
function storedRows(
  emit: FormatEmitter,
  { name, shape, values }: Weight,
): { readonly data: OnnxValue; readonly scales: OnnxValue } {
  const [rows = 0, width = 0] = shape;
  const quantized = once(() => quantizeRows(values, width, diverged));
  return {
    data: emit.store(`${name} i8`, () => ({ type: 'i8', shape, data: quantized().data })),
    scales: emit.store(`${name} i8 scales`, () => ({
      ...{ type: 'f32', shape: [rows, 1] },
      data: quantized().scales,
    })),
  };
}

/** The unsigned byte that stands for zero. */
const unsignedZero = 128;

/** Transposes `[rows, width]` to `[width, rows]`, in unsigned bytes. */
function transposedUnsigned(data: Int8Array, width: number): Uint8Array {
  const rows = data.length / width;
  const result = new Uint8Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < width; i++) result[i * rows + row] = (data[row * width + i] as number) + unsignedZero;
  return result;
}

const asFloat = (emit: FormatEmitter, value: OnnxValue): OnnxValue =>
  emit.node('Cast', [value], { to: elementTypes.f32 });

/** Returns a function that calls `make` the first time only. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
