import type { OnnxEmitter, OnnxValue } from '@scalearn/core/graph';
import { elementTypes } from '../model.ts';
import type { FrozenForm } from './form.ts';

const largestWord = 32_767;

/**
 * Whole numbers of 16 bits with a scale for each row, widened where they are read. ONNX Runtime's package for Node takes
 * no half floats. Scales are powers of two, so values of few digits are kept exactly.
 */
export const words: FrozenForm = {
  storage: 'f16',
  encode(values, shape) {
    const [rows = 0, width = 0] = shape;
    const data = new Int16Array(values.length);
    const scales = new Float32Array(rows);
    for (let row = 0; row < rows; row++) {
      const from = row * width;
      const scale = powerAbove(largestOf(values.subarray(from, from + width)) / largestWord);
      scales[row] = scale;
      for (let i = from; i < from + width; i++) data[i] = Math.round((values[i] as number) / scale);
    }
    return [
      { name: 'numbers', type: 'i16', shape, data },
      { name: 'scales', type: 'f32', shape: [rows, 1], data: scales },
    ];
  },
  whole: (emit, part) => widen(emit, part('numbers'), part('scales')),
  rows: (emit, part, ids) => {
    const those = (name: string): OnnxValue => emit.node('Gather', [part(name), ids], { axis: 0 });
    return widen(emit, those('numbers'), those('scales'));
  },
};

/** Returns the smallest power of two that is not below a number; of f32's usual ones, the smallest. */
const powerAbove = (value: number): number => 2 ** Math.max(-126, Math.ceil(Math.log2(value)));

const largestOf = (values: Float32Array): number =>
  values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);

const widen = (emit: OnnxEmitter, numbers: OnnxValue, scales: OnnxValue): OnnxValue =>
  emit.node('Mul', [emit.node('Cast', [numbers], { to: elementTypes.f32 }), scales]);
