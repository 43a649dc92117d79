import { ArgumentError } from '@scalearn/core';
import type { OnnxEmitter, OnnxValue } from '@scalearn/core/graph';
import { elementTypes } from '../model.ts';
import { quantizeRows } from '../quantize.ts';
import type { FrozenForm } from './form.ts';

/**
 * Whole numbers of at most 8 bits with a scale for each row of a weight `[out, in]`. A product is one of whole numbers:
 * every row of its other factor is divided by its own largest value and rounded too, so rows of very different sizes,
 * such as those of gradients, keep their precision. One copy of the weight serves both directions: the scales of the
 * outputs belong to the result of `x · Wᵀ`, and to the factor of `dY · W`.
 *
 * @param bits of a number; see {@link hasExactByteSums}
 */
export const bytes = (bits: 7 | 8): FrozenForm => ({
  storage: 'int8',
  encode(values, shape, label) {
    const [rows = 0, width = 0] = shape;
    const { data, scales } = quantizeRows(
      values,
      width,
      (value) => new ArgumentError(`'${label}' has the value ${value}, which cannot be stored in 8 bits`),
      2 ** (bits - 1) - 1,
    );
    return [
      { name: 'numbers', type: 'i8', shape, data },
      { name: 'scales', type: 'f32', shape: [rows], data: scales },
    ];
  },
  whole: (emit, part) => widen(emit, part('numbers'), part('scales')),
  rows: (emit, part, ids) => {
    const those = (name: string): OnnxValue => emit.node('Gather', [part(name), ids], { axis: 0 });
    return widen(emit, those('numbers'), those('scales'));
  },
  product(emit, part, { x, bias, transposed }) {
    const factor = transposed ? x : emit.node('Mul', [x, part('scales')]);
    const sizes = rowSizes(emit, factor);
    const step = emit.scalar(1 / largestByte);
    // Unsigned numbers, because products of signed ones with signed ones are slow.
    const zero = emit.node('Cast', [emit.scalar(128)], { to: elementTypes.u8 });
    const rounded = emit.node('QuantizeLinear', [emit.node('Div', [factor, sizes]), step, zero]);
    const numbers = part('numbers');
    const weight = transposed ? emit.node('Transpose', [numbers], { perm: [1, 0] }) : numbers;
    // The scales of the outputs could be given to this node too, but it would take longer than another one for them.
    const product = emit.node('MatMulIntegerToFloat', [rounded, weight, step, emit.scalar(1), zero]);
    const scaled = emit.node('Mul', [product, sizes]);
    const whole = transposed ? emit.node('Mul', [scaled, part('scales')]) : scaled;
    return bias === undefined ? whole : emit.node('Add', [whole, bias]);
  },
});

const largestByte = 127;

/** Size of a row of zeros, which cannot be divided by its own. */
const smallestSize = 1e-30;

/** Returns the size of the largest value of each row of x, `[rows, 1]`. It is not a number if a value is not. */
function rowSizes(emit: OnnxEmitter, x: OnnxValue): OnnxValue {
  const ofRows = (type: string): OnnxValue => emit.node(type, [x, emit.ints(1)], { keepdims: 1 });
  const largest = emit.node('Max', [
    ofRows('ReduceMax'),
    emit.node('Neg', [ofRows('ReduceMin')]),
    emit.scalar(smallestSize),
  ]);
  // The largest value of a row may ignore values that are not numbers. A sum does not.
  return emit.node('Add', [largest, emit.node('Mul', [ofRows('ReduceSum'), emit.scalar(0)])]);
}

const widen = (emit: OnnxEmitter, numbers: OnnxValue, scales: OnnxValue): OnnxValue =>
  emit.node('DequantizeLinear', [numbers, scales], { axis: 0 });
