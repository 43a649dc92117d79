import { at } from '../elements.ts';
import { ArgumentError, ShapeError } from '../errors.ts';
import { defineKernel } from '../graph/kernel.ts';
import { constantSize, groupsFor, launch, rowsOf } from '../graph/launch.ts';
import { scalarConstant } from '../graph/scalar.ts';
import { fixedDim, showShape } from '../graph/shape.ts';
import type { HostArray } from '../graph/storage.ts';
import { apply, defineOperation, type Tensor } from '../graph/tensor.ts';
import { wgsl } from '../graph/wgsl.ts';
import { elementwise } from './elementwise.ts';

export interface TopMaskAttributes {
  /** Number of zeros in a row. */
  readonly zeros: number;
}

/**
 * Marks the elements of largest magnitude in every row (the last axis) with 1, and the `zeros` smallest with 0. Of
 * equal magnitudes the leftmost counts as the smallest, as in a stable ascending sort. NaN counts as infinite. x, y
 * `[...rows, width]`.
 *
 * The gradient passes straight through to `|x|`: `dx = dy · sign(x)`.
 */
const topMaskOperation = defineOperation<[x: Tensor], TopMaskAttributes>({
  name: 'topMask',
  outputs: ([{ shape }]) => [{ shape, dtype: 'f32' }],
  gradient: ({ inputs: [x], gradients: [dy] }) => [
    elementwise('topMaskGradient', [x, dy], (s, g) =>
      g.times(s.greater(0).minus(scalarConstant(0).greater(s))),
    ),
  ],
  reference({ inputs: [x], outputs: [y], attributes: { zeros } }) {
    for (let begin = 0; begin < x.length; begin += x.width)
      y.array.set(maskRow(x.array.subarray(begin, begin + x.width), zeros), begin);
  },
  // TopK also selects the leftmost of equal elements.
  onnx: ({ inputs: [x], node, attributes: { zeros }, emit }) => {
    const [{ shape }] = node.outputs;
    const ones = emit.node('Expand', [emit.scalar(1), emit.dims(shape)]);
    if (zeros === 0) return [ones];
    const isNumber = emit.node('Not', [emit.node('IsNaN', [x])]);
    const infinity = emit.scalar(Number.POSITIVE_INFINITY);
    const magnitude = emit.node('Where', [isNumber, emit.node('Abs', [x]), infinity]);
    const options = { axis: -1, largest: 0, sorted: 0 };
    const smallest = at(emit.nodes('TopK', [magnitude, emit.ints(zeros)], 2, options), 1);
    const none = emit.node('Expand', [emit.scalar(0), emit.dims([...shape.slice(0, -1), zeros])]);
    return [emit.node('ScatterElements', [ones, smallest, none], { axis: -1 })];
  },
  wgsl: ({ inputs: [x], outputs: [y], attributes: { zeros } }) => {
    const width = fixedDim(y.shape, -1);
    const rows = rowsOf(y.shape);
    const digits = constantSize(4 + Math.ceil(Math.log2(width) / 8));
    return [
      launch(topMaskKernel, {
        inputs: { x },
        outputs: { y },
        sizes: { rows, width: constantSize(width), zeros: constantSize(zeros), digits },
        constants: {},
        groups: groupsFor(rows, 1),
      }),
    ];
  },
});

const compare = (a: number, b: number): number => (a < b ? -1 : Number(a > b));

function maskRow(row: HostArray, zeros: number): Uint8Array {
  const magnitude = Float64Array.from(row, (x) => (Number.isNaN(x) ? Number.POSITIVE_INFINITY : Math.abs(x)));
  const order = Uint32Array.from(magnitude.keys());
  order.sort((a, b) => compare(magnitude[a] ?? 0, magnitude[b] ?? 0) || a - b);
  const mask = new Uint8Array(row.length).fill(1);
  for (const at of order.subarray(0, zeros)) mask[at] = 0;
  return mask;
}

const workgroupSize = 256;

/**
 * Uses one workgroup per row. It finds the largest element to mask with 0 by radix selection. An element's key is the
 * bits of its magnitude, followed by its column, so that keys are unique. It determines the wanted key digit by digit,
 * eight bits each, from the highest. For each digit it counts the elements that match the digits so far, by their next
 * digit. Counting is exact in any order.
 */
const topMaskKernel = defineKernel({
  name: 'topMask',
  inputs: { x: 'array' },
  outputs: { y: 'values' },
  sizes: ['rows', 'width', 'zeros', 'digits'],
  workgroup: () => workgroupSize,
  declarations: () => wgsl`
var<workgroup> counts: array<atomic<u32>, 256>;
var<workgroup> found: vec2u;`,
  body: ({ x, y, rows, width, zeros, digits }) => {
    const bits = `bitcast<u32>(${x.at(`tile * ${width} + column`)}) & 0x7fffffffu`;
    const key = `vec2u(min(${bits}, 0x7f800000u), column)`;
    const eachColumn = `for (var column = local; column < ${width}; column += ${workgroupSize}u)`;
    return wgsl`
  if (tile >= ${rows}) { return; }
  var last = vec2u();
  var known = vec2u();
  var rank = ${zeros};
  for (var digit = 0u; digit < ${digits}; digit++) {
    let inMagnitude = digit < 4u;
    let shift = 8u * select(${digits} - 1u - digit, 3u - digit, inMagnitude);
    atomicStore(&counts[local], 0u);
    workgroupBarrier();
    ${eachColumn} {
      let key = ${key};
      if (all((key & known) == last)) {
        atomicAdd(&counts[(select(key.y, key.x, inMagnitude) >> shift) & 255u], 1u);
      }
    }
    workgroupBarrier();
    if (local == 0u) {
      var value = 0u;
      var rest = rank;
      for (var count = atomicLoad(&counts[0]); rest > count && value < 255u; count = atomicLoad(&counts[value])) {
        rest -= count;
        value++;
      }
      found = vec2u(value, rest);
    }
    workgroupBarrier();
    rank = found.y;
    let place = select(vec2u(0u, 1u), vec2u(1u, 0u), inMagnitude);
    last |= place * (found.x << shift);
    known |= place * (255u << shift);
  }
  ${eachColumn} {
    let key = ${key};
    let isZero = key.x < last.x || (key.x == last.x && key.y <= last.y);
    ${y.put('tile', 'column', `select(1f, 0f, isZero && ${zeros} > 0u)`)}
  }`;
  },
});

/**
 * Returns a mask of the fraction `keep` of every row with the largest magnitudes, `[...rows, width]`. The
 * `trunc((1 - keep) · width)` smallest are 0. Gradients pass straight through to the magnitudes.
 */
export function topMask(x: Tensor, keep: number): Tensor {
  const width = x.shape.at(-1);
  if (typeof width !== 'number')
    throw new ShapeError(`topMask needs rows of a fixed width, not ${showShape(x.shape)}`);
  return apply(topMaskOperation, [x], { zeros: zerosOf(width, keep) });
}

/** Computes the mask of one row on the host; see {@link topMask}. */
export function largestMask(row: HostArray, keep: number): Uint8Array {
  return maskRow(row, zerosOf(row.length, keep));
}

function zerosOf(width: number, keep: number): number {
  if (keep > 0 && keep <= 1) return Math.trunc((1 - keep) * width);
  throw new ArgumentError(`the fraction to keep must be above 0 and at most 1, not ${keep}`);
}
