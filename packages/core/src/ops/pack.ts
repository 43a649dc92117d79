import { at, present } from '../elements.ts';
import { ShapeError } from '../errors.ts';
import { aliasOf } from '../graph/alias.ts';
import { constantSize } from '../graph/launch.ts';
import { leafOf } from '../graph/leaves.ts';
import { fixedShape, showShape, sizeOf } from '../graph/shape.ts';
import type { DeviceTensor } from '../graph/storage.ts';
import { apply, defineOperation, type Tensor } from '../graph/tensor.ts';
import { launchJoin, packedParts } from './concat/kernels.ts';

/**
 * Packs many tensors into one vector. All trainable parameters are in one variable, so that one kernel updates them
 * all. Every part begins at a multiple of 64 elements, so that a GPU can bind it as a separate buffer. Gaps hold zeros.
 */
const packAlignment = 64;

/** Returns the offsets of parts with the given shapes, and the length of the vector, in elements. */
export function packLayout(shapes: readonly (readonly number[])[]): { offsets: number[]; size: number } {
  let size = 0;
  const offsets = shapes.map((shape) => {
    const offset = size;
    size += Math.ceil(shape.reduce((a, b) => a * b, 1) / packAlignment) * packAlignment;
    return offset;
  });
  return { offsets, size };
}

interface ViewAttributes {
  readonly offset: number;
  readonly shape: readonly number[];
}

/** A part of a packed vector. Gradients are taken with respect to views, never through them. */
const viewOperation = defineOperation<[x: Tensor], ViewAttributes>({
  name: 'view',
  alias: ({ attributes: { offset } }) => offset,
  outputs: ([x], { offset, shape }) => {
    const [size] = x.shape;
    const length = sizeOf(shape, {});
    if (typeof size !== 'number' || offset + length > size || offset % packAlignment !== 0)
      throw new ShapeError(
        `there is no part ${showShape(shape)} at ${offset} in a vector of ${String(size)}`,
      );
    return [{ shape, dtype: 'f32' }];
  },
  reference({ inputs: [x], outputs: [y], attributes: { offset } }) {
    y.copy(0, x, offset, y.length);
  },
  onnx: ({ inputs: [x], attributes: { offset, shape }, emit }) => {
    const part = emit.node('Slice', [x, emit.ints(offset), emit.ints(offset + sizeOf(shape, {}))]);
    return [emit.node('Reshape', [part, emit.ints(...shape)])];
  },
});

interface PackAttributes {
  readonly offsets: readonly number[];
  readonly size: number;
}

/** Packs tensors into one vector, with zeros in the gaps. */
const packOperation = defineOperation<readonly Tensor[], PackAttributes>({
  name: 'pack',
  outputs: (_, { size }) => [{ shape: [size], dtype: 'f32' }],
  reference({ inputs, outputs: [y], attributes: { offsets } }) {
    for (const [i, part] of inputs.entries()) y.copy(at(offsets, i), part);
  },
  onnx: ({ inputs, node, attributes: { offsets, size }, emit }) => {
    const parts: string[] = [];
    for (const [i, part] of inputs.entries()) {
      const gap = (offsets[i + 1] ?? size) - at(offsets, i) - sizeOf(at(node.inputs, i).shape, {});
      parts.push(emit.node('Reshape', [part, emit.ints(-1)]));
      if (gap > 0) parts.push(emit.floats(Array<number>(gap).fill(0), [gap]));
    }
    return [emit.node('Concat', parts, { axis: 0 })];
  },
  wgsl: ({ inputs, outputs: [y], attributes: { offsets, size } }) =>
    launchJoin(packedParts(inputs, offsets, size), y, constantSize(1), constantSize(size), {
      lanes: 4,
      gaps: true,
    }),
});

/** The position of a tensor's values, if it is a variable or a part of one. */
export interface StoredPart {
  /** The variable's tensor on the device. */
  readonly storage: DeviceTensor;
  /** Index of the first value in the variable. */
  readonly offset: number;
  /** Whether the values must keep their precision where weights are stored in fewer bits. */
  readonly isExact: boolean;
}

/** Returns the position of a tensor's values; undefined for inputs and computed tensors. */
export function storedPart(tensor: Tensor): StoredPart | undefined {
  const alias = aliasOf(tensor);
  if (alias) {
    const part = storedPart(alias.source);
    return part && { ...part, offset: part.offset + alias.offset };
  }
  const leaf = leafOf(tensor);
  if (leaf?.kind !== 'variable') return undefined;
  return { storage: leaf.storage, offset: 0, isExact: leaf.isExact };
}

export function view(x: Tensor, offset: number, shape: readonly number[]): Tensor {
  return apply(viewOperation, [x], { offset, shape });
}

/** Packs tensors of fixed shapes into one vector, laid out by {@link packLayout}. */
export function pack(parts: readonly Tensor[]): Tensor {
  const shapes = present(parts.map(({ shape }) => fixedShape(shape)));
  if (shapes.length < parts.length) throw new ShapeError('only tensors of fixed shapes can be packed');
  return apply(packOperation, parts, packLayout(shapes));
}
