import type { DeviceTensor } from '../devices/device.ts';
import { ShapeError } from '../errors.ts';
import { constantSize } from '../graph/kernel.ts';
import { leafOf } from '../graph/leaves.ts';
import { defineOperation, type NumericArray, type Operation } from '../graph/operation.ts';
import { type Shape, showShape } from '../graph/shape.ts';
import { apply, type Tensor } from '../graph/tensor.ts';
import { launchJoin, packedParts } from './concat/kernels.ts';

/**
 * Many tensors in one vector: all trainable parameters lie in one variable, so that one kernel updates them all.
 * Every part begins at a multiple of 64 elements, where a GPU can bind it as a buffer of its own; gaps hold zeros.
 */
export const packAlignment = 64;

/** Where parts of the given shapes begin, and how long the vector is. */
export function packLayout(shapes: readonly (readonly number[])[]): { offsets: number[]; size: number } {
  let size = 0;
  const offsets = shapes.map((shape) => {
    const offset = size;
    size += Math.ceil(shape.reduce((a, b) => a * b, 1) / packAlignment) * packAlignment;
    return offset;
  });
  return { offsets, size };
}

export interface ViewAttributes {
  readonly offset: number;
  readonly shape: readonly number[];
}

/** A part of a packed vector. Gradients are taken by views, never through them. */
export const viewOperation: Operation<ViewAttributes> = defineOperation<ViewAttributes>({
  name: 'view',
  outputs: ([x], { offset, shape }) => {
    const [size] = (x as Tensor).shape;
    const length = shape.reduce((a, b) => a * b, 1);
    if (typeof size !== 'number' || offset + length > size || offset % packAlignment !== 0)
      throw new ShapeError(
        `there is no part ${showShape(shape)} at ${offset} in a vector of ${String(size)}`,
      );
    return [{ shape, dtype: 'f32' }];
  },
  reference({ inputs: [x], outputs: [y], attributes: { offset } }) {
    const out = y as NumericArray;
    out.set((x as NumericArray).subarray(offset, offset + out.length));
  },
  onnx: ({ inputs: [x], attributes: { offset, shape }, emit }) => {
    const length = shape.reduce((a, b) => a * b, 1);
    const part = emit.node('Slice', [x as string, emit.ints(offset), emit.ints(offset + length)]);
    return [emit.node('Reshape', [part, emit.ints(...shape)])];
  },
});

export interface PackAttributes {
  readonly offsets: readonly number[];
  readonly size: number;
}

/** Puts tensors into one vector, with zeros in the gaps. */
const packOperation: Operation<PackAttributes> = defineOperation<PackAttributes>({
  name: 'pack',
  outputs: (_, { size }) => [{ shape: [size], dtype: 'f32' }],
  reference({ inputs, outputs: [y], attributes: { offsets } }) {
    for (const [i, part] of inputs.entries()) (y as NumericArray).set(part, offsets[i] as number);
  },
  onnx: ({ inputs, node, attributes: { offsets, size }, emit }) => {
    const parts: string[] = [];
    for (const [i, part] of inputs.entries()) {
      const length = (node.inputs[i] as Tensor).shape.reduce<number>((a, b) => a * (b as number), 1);
      const gap = ((offsets[i + 1] ?? size) as number) - (offsets[i] as number) - length;
      parts.push(emit.node('Reshape', [part, emit.ints(-1)]));
      if (gap > 0) parts.push(emit.floats(Array<number>(gap).fill(0), [gap]));
    }
    return [emit.node('Concat', parts, { axis: 0 })];
  },
  wgsl: ({ inputs, outputs: [y], attributes: { offsets, size } }) =>
    launchJoin(packedParts(inputs, offsets, size), y as Tensor, constantSize(1), constantSize(size), {
      lanes: 4,
      gaps: true,
    }),
});

/** Where a tensor's values lie, if it is a variable or a part of one. */
export interface StoredPart {
  readonly storage: DeviceTensor;
  /** Of the first value, in values. */
  readonly offset: number;
}

/** The place of a tensor's values; undefined for inputs and for what is computed. */
export function storedPart(tensor: Tensor): StoredPart | undefined {
  const { operation, inputs, attributes } = tensor.node;
  const isView = operation === (viewOperation as unknown);
  const leaf = leafOf(isView ? (inputs[0] as Tensor) : tensor);
  if (leaf?.kind !== 'variable') return undefined;
  return { storage: leaf.storage, offset: isView ? (attributes as ViewAttributes).offset : 0 };
}

export function view(x: Tensor, offset: number, shape: readonly number[]): Tensor {
  return apply(viewOperation, [x], { offset, shape });
}

/** Tensors of fixed shapes as one vector, laid out by {@link packLayout}. */
export function pack(parts: readonly Tensor[]): Tensor {
  const shapes = parts.map((t): Shape => t.shape);
  if (shapes.some((shape) => shape.some((dim) => typeof dim !== 'number')))
    throw new ShapeError('only tensors of fixed shapes can be packed');
  return apply(packOperation, parts, packLayout(shapes as readonly (readonly number[])[]));
}
