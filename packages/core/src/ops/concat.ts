import { ShapeError } from '../errors.ts';
import { defineOperation, type NumericArray, type Operation } from '../graph/operation.ts';
import { sameShape, showShape } from '../graph/shape.ts';
import { apply, applyAll, type Tensor } from '../graph/tensor.ts';
import { constant } from './arithmetic.ts';
import { launchCut, launchJoin, partsAlong } from './concat/kernels.ts';

export interface ConcatAttributes {
  readonly axis: number;
}

export interface SplitAttributes {
  readonly axis: number;
  readonly sizes: readonly number[];
}

/** Copies between one large array and parts that lie side by side along an axis. */
function forEachPart(
  shapes: readonly (readonly number[])[],
  axis: number,
  visit: (part: number, partOffset: number, wholeOffset: number, length: number) => void,
): void {
  const product = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);
  const lengths = shapes.map((shape) => product(shape.slice(axis)));
  const whole = lengths.reduce((a, b) => a + b, 0);
  const outer = product((shapes[0] as number[]).slice(0, axis));
  for (let o = 0, at = 0; o < outer; o++, at = o * whole)
    for (const [part, length] of lengths.entries()) {
      visit(part, o * length, at, length);
      at += length;
    }
}

/** Joins tensors along an axis whose sizes are numbers. */
const concatOperation: Operation<ConcatAttributes> = defineOperation<ConcatAttributes>({
  name: 'concat',
  outputs: (inputs, { axis }) => {
    const [first] = inputs as [Tensor, ...Tensor[]];
    const rest = (t: Tensor): Tensor['shape'] => t.shape.map((dim, i) => (i === axis ? 0 : dim));
    let total = 0;
    for (const t of inputs) {
      const size = t.shape[axis];
      if (typeof size !== 'number' || !sameShape(rest(t), rest(first)) || t.dtype !== first.dtype)
        throw new ShapeError(
          `cannot join ${inputs.map((x) => showShape(x.shape)).join(', ')} along axis ${axis}`,
        );
      total += size;
    }
    return [{ shape: first.shape.map((dim, i) => (i === axis ? total : dim)), dtype: first.dtype }];
  },
  gradient: ({ inputs, attributes: { axis }, gradients: [dy] }) =>
    split(
      dy as Tensor,
      inputs.map((t) => t.shape[axis] as number),
      axis,
    ),
  reference({ inputs, outputs: [y], inputShapes, attributes: { axis } }) {
    forEachPart(inputShapes, axis, (part, from, to, length) => {
      (y as NumericArray).set((inputs[part] as NumericArray).subarray(from, from + length), to);
    });
  },
  onnx: ({ inputs, attributes: { axis }, emit }) => [emit.node('Concat', inputs, { axis })],
  wgsl: ({ inputs, outputs: [y], attributes: { axis } }) => {
    const { parts, rows, whole, lanes } = partsAlong(inputs, axis);
    return launchJoin(parts, y as Tensor, rows, whole, { lanes, gaps: false });
  },
});

/** Cuts a tensor along an axis into parts of the given sizes. */
export const splitOperation: Operation<SplitAttributes> = defineOperation<SplitAttributes>({
  name: 'split',
  outputs: ([x], { axis, sizes }) => {
    const { shape, dtype } = x as Tensor;
    if (sizes.reduce((a, b) => a + b, 0) !== shape[axis])
      throw new ShapeError(`cannot split ${showShape(shape)} along axis ${axis} into ${sizes.join(' + ')}`);
    return sizes.map((size) => ({ shape: shape.map((dim, i) => (i === axis ? size : dim)), dtype }));
  },
  gradient: ({ outputs, attributes: { axis }, gradients }) => [
    concat(
      gradients.map((g, i) => g ?? constant(0, (outputs[i] as Tensor).shape)),
      axis,
    ),
  ],
  reference({ inputs: [x], outputs, outputShapes, attributes: { axis } }) {
    forEachPart(outputShapes, axis, (part, to, from, length) => {
      (outputs[part] as NumericArray).set((x as NumericArray).subarray(from, from + length), to);
    });
  },
  onnx: ({ inputs: [x], attributes: { axis, sizes }, emit }) =>
    emit.nodes('Split', [x as string, emit.ints(...sizes)], sizes.length, { axis }),
  // Parts that can be views of x, and those nobody reads, are not used.
  wgsl: ({ inputs: [x], outputs, used, attributes: { axis } }) => {
    const { parts, rows, whole, lanes } = partsAlong(outputs, axis);
    return launchCut(
      x as Tensor,
      parts.filter((_, i) => used[i]),
      rows,
      whole,
      lanes,
    );
  },
});

const fromEnd = (axis: number, x: Tensor): number => (axis < 0 ? axis + x.shape.length : axis);

/** Joins tensors along an axis. */
export function concat(parts: readonly Tensor[], axis = 0): Tensor {
  const [first] = parts;
  if (!first) throw new ShapeError('concat needs at least one tensor');
  return parts.length === 1 ? first : apply(concatOperation, parts, { axis: fromEnd(axis, first) });
}

/** Cuts a tensor along an axis into parts of the given sizes. */
export function split(x: Tensor, sizes: readonly number[], axis = 0): readonly Tensor[] {
  return sizes.length === 1 ? [x] : applyAll(splitOperation, [x], { axis: fromEnd(axis, x), sizes });
}
