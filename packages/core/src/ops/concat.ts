import { at } from '../elements.ts';
import { ShapeError } from '../errors.ts';
import { fixedDim, fixedShape, type Shape, sameShape, showShape, sizeOf } from '../graph/shape.ts';
import { apply, applyAll, defineOperation, type Tensor } from '../graph/tensor.ts';
import type { Values } from '../graph/values.ts';
import { constant } from './arithmetic.ts';
import { launchCut, launchJoin, partsAlong } from './concat/kernels.ts';

interface SplitAttributes {
  readonly axis: number;
  readonly sizes: readonly number[];
}

/** Visits parts of a large array that are adjacent along an axis. */
function forEachPart(
  parts: readonly Values[],
  axis: number,
  visit: (part: Values, partOffset: number, wholeOffset: number, length: number) => void,
): void {
  const lengths = parts.map(({ shape }) => sizeOf(shape.slice(axis), {}));
  const whole = lengths.reduce((a, b) => a + b, 0);
  const outer = at(parts, 0).length / at(lengths, 0);
  for (let o = 0, begin = 0; o < outer; o++, begin = o * whole)
    for (const [i, part] of parts.entries()) {
      const length = at(lengths, i);
      visit(part, o * length, begin, length);
      begin += length;
    }
}

/** Joins tensors along an axis whose sizes are numbers. */
const concatOperation = defineOperation<readonly Tensor[], { readonly axis: number }>({
  name: 'concat',
  outputs: (inputs, { axis }) => {
    const first = at(inputs, 0);
    const rest = ({ shape }: Tensor): Shape => shape.map((dim, i) => (i === axis ? 0 : dim));
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
      dy,
      inputs.map((t) => fixedDim(t.shape, axis)),
      axis,
    ),
  reference({ inputs, outputs: [y], attributes: { axis } }) {
    forEachPart(inputs, axis, (part, from, to, length) => y.copy(to, part, from, length));
  },
  onnx: ({ inputs, attributes: { axis }, emit }) => [emit.node('Concat', inputs, { axis })],
  wgsl: ({ inputs, outputs: [y], attributes: { axis } }) => {
    const { parts, rows, whole, lanes } = partsAlong(inputs, axis);
    return launchJoin(parts, y, rows, whole, { lanes, gaps: false });
  },
});

/** Splits a tensor along an axis into parts of the given sizes. */
const splitOperation = defineOperation<[x: Tensor], SplitAttributes, readonly Tensor[]>({
  name: 'split',
  // Parts are contiguous if all axes before this one have size 1.
  alias({ inputs: [x], attributes: { axis, sizes } }, part) {
    if (x.shape.slice(0, axis).some((dim) => dim !== 1)) return undefined;
    const rows = sizes.slice(0, part).reduce((a, b) => a + b, 0);
    const inner = fixedShape(x.shape.slice(axis + 1));
    return rows === 0 ? 0 : inner && rows * sizeOf(inner, {});
  },
  outputs: ([{ shape, dtype }], { axis, sizes }) => {
    if (sizes.reduce((a, b) => a + b, 0) !== shape[axis])
      throw new ShapeError(`cannot split ${showShape(shape)} along axis ${axis} into ${sizes.join(' + ')}`);
    return sizes.map((size) => ({ shape: shape.map((dim, i) => (i === axis ? size : dim)), dtype }));
  },
  gradient: ({ outputs, attributes: { axis }, gradients }) => [
    concat(
      outputs.map(({ shape }, i) => gradients[i] ?? constant(0, shape)),
      axis,
    ),
  ],
  reference({ inputs: [x], outputs, attributes: { axis } }) {
    forEachPart(outputs, axis, (part, to, from, length) => part.copy(to, x, from, length));
  },
  onnx: ({ inputs: [x], attributes: { axis, sizes }, emit }) =>
    emit.nodes('Split', [x, emit.ints(...sizes)], sizes.length, { axis }),
  // Parts that can be views of x, and parts that are never read, are not marked as used.
  wgsl: ({ inputs: [x], outputs, used, attributes: { axis } }) => {
    const { parts, rows, whole, lanes } = partsAlong(outputs, axis);
    const wanted = parts.filter((_, i) => used[i]);
    return launchCut(x, wanted, rows, whole, lanes);
  },
});

const fromEnd = (axis: number, x: Tensor): number => (axis < 0 ? axis + x.shape.length : axis);

/** Joins tensors along an axis. */
export function concat(parts: readonly Tensor[], axis = 0): Tensor {
  const [first] = parts;
  if (!first) throw new ShapeError('concat needs at least one tensor');
  return parts.length === 1 ? first : apply(concatOperation, parts, { axis: fromEnd(axis, first) });
}

/** Splits a tensor along an axis into parts of the given sizes. */
export function split(x: Tensor, sizes: readonly number[], axis = 0): readonly Tensor[] {
  return sizes.length === 1 ? [x] : applyAll(splitOperation, [x], { axis: fromEnd(axis, x), sizes });
}
