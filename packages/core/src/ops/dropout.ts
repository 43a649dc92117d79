import { ArgumentError } from '../errors.ts';
import { input } from '../graph/leaves.ts';
import { defineOperation, type NumericArray, type Operation } from '../graph/operation.ts';
import type { Shape } from '../graph/shape.ts';
import { apply, type Tensor } from '../graph/tensor.ts';
import { dropoutThreshold, fillMaskRow, type RandomState } from '../random/dropout-mask.ts';
import { streamId } from '../random/streams.ts';
import { multiply } from './arithmetic.ts';

export interface DropoutMaskAttributes {
  readonly shape: Shape;
  readonly probability: number;
  /** The stream's number; see streamId. */
  readonly stream: number;
}

/**
 * A mask of 0 and `1/(1-p)`; rows are all axes but the last. Its input is the random state. Devices that compute it
 * do so wherever it is used, forward and backward, and never store it.
 */
export const dropoutMaskOperation: Operation<DropoutMaskAttributes> = defineOperation<DropoutMaskAttributes>({
  name: 'dropoutMask',
  outputs: (_, { shape }) => [{ shape, dtype: 'f32' }],
  reference({ inputs: [random], outputs: [y], outputShapes: [shape], attributes: { probability, stream } }) {
    const width = (shape as number[]).at(-1) ?? 1;
    const out = y as Float64Array;
    const state = randomState(random as NumericArray);
    for (let row = 0; row * width < out.length; row++)
      fillMaskRow(
        out,
        row * width,
        width,
        row,
        stream,
        dropoutThreshold(probability),
        1 / (1 - probability),
        state,
      );
  },
  onnx: ({ inputs: [random], attributes, emit }) => [
    emit.host({ kind: 'dropoutMask', random: random as string, ...attributes }),
  ],
});

/** Reads the i32 `[3]` input that carries seed and step. */
export function randomState(random: NumericArray): RandomState {
  const [key0 = 0, key1 = 0, step = 0] = random;
  return { key0: key0 >>> 0, key1: key1 >>> 0, step: step >>> 0 };
}

/** The graph input that carries seed and step. */
export function randomInput(): Tensor {
  return input('random', [3], 'i32');
}

/** Inverted dropout: zero with probability p, else `x / (1 - p)`. The mask belongs to (seed, step, name). */
export function dropout(x: Tensor, probability: number, name: string, random: Tensor): Tensor {
  if (!(probability >= 0 && probability < 1))
    throw new ArgumentError(`a dropout probability must be at least 0 and below 1, not ${probability}`);
  if (probability === 0) return x;
  const attributes = { shape: x.shape, probability, stream: streamId(name) };
  return multiply(x, apply(dropoutMaskOperation, [random], attributes));
}
