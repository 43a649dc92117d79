import { ArgumentError } from '../errors.ts';
import { input } from '../graph/leaves.ts';
import type { HostArray } from '../graph/storage.ts';
import { apply, defineOperation, type MaskForm, type Tensor } from '../graph/tensor.ts';
import type { Values } from '../graph/values.ts';
import { dropoutThreshold, fillMaskRow, type RandomState } from '../random/dropout-mask.ts';
import { streamId } from '../random/streams.ts';
import { multiply } from './arithmetic.ts';

/**
 * A mask of 0 and `1/(1-p)`. Rows are all axes except the last. Its input is the random state. Devices may compute it
 * at every use, forward and backward, instead of storing it.
 */
const dropoutMaskOperation = defineOperation<[random: Tensor], MaskForm>({
  name: 'dropoutMask',
  mask: (form) => form,
  outputs: (_, { shape }) => [{ shape, dtype: 'f32' }],
  reference({ inputs: [random], outputs: [y], attributes }) {
    const state = randomState(random.array);
    for (let row = 0; row < y.rows; row++) fillMask(y.row(row), row, attributes, state);
  },
  onnx: ({ inputs: [random], attributes, emit }) => [
    emit.host({ kind: 'dropoutMask', random, ...attributes }),
  ],
});

export function fillMask(
  y: Values,
  row: number,
  { probability, stream }: { readonly probability: number; readonly stream: number },
  state: RandomState,
  first = 0,
): void {
  const kept = 1 / (1 - probability);
  fillMaskRow(y.array, 0, y.length, row, stream, dropoutThreshold(probability), kept, state, first);
}

/** Reads the i32 `[3]` input that carries seed and step. */
export function randomState(random: HostArray): RandomState {
  const [key0 = 0, key1 = 0, step = 0] = random;
  return { key0: key0 >>> 0, key1: key1 >>> 0, step: step >>> 0 };
}

/** Returns the graph input that carries seed and step. */
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
