import type { Device } from '@scalearn/core';
import {
  attention,
  crossEntropy,
  embedding,
  gelu,
  input,
  layerNorm,
  matmul,
  RandomStream,
  randomInput,
  selectFirst,
  type Tensor,
} from '@scalearn/core/graph';
import { type ParameterSpec, Parameters, trainingGraph } from '@scalearn/core/methods';
import { type Trace, traceSteps } from './trace.ts';

// Sizes are not multiples of any kernel's tile.
const [vocabulary, hidden, heads] = [97, 36, 3];

const spec = (name: string, shape: readonly number[]): ParameterSpec => ({
  ...{ name, shape, decay: true },
  init: { mean: name === 'scale' ? 1 : 0, deviation: 0.2 },
});
const specs = [
  spec('table', [vocabulary, hidden]),
  spec('scale', [hidden]),
  spec('shift', [hidden]),
  spec('weight', [3 * hidden, hidden]),
];

/**
 * Trains the smallest model with every kind of kernel once: embedding, layer norm, matrix product, elementwise function,
 * attention with dropout, selection of rows, cross-entropy, their gradients, clipping and AdamW.
 */
export async function kindTraces(device: Device): Promise<Trace[]> {
  using parameters = new Parameters(device, specs, 1);
  const get = (name: string): Tensor => parameters.tensor(name);
  const boundaries = input('cuSeqlens', ['boundaries'], 'i32');
  const embedded = embedding(get('table'), input('inputIds', ['tokens'], 'i32'));
  const normal = layerNorm(embedded, get('scale'), get('shift'), 1e-5);
  const qkv = matmul(normal, get('weight'), { transposeB: true });
  const dropout = { probability: 0.1, name: 'kinds', random: randomInput() };
  const context = gelu(attention(qkv, boundaries, heads, { dropout }));
  const logits = selectFirst(context, boundaries);
  const loss = crossEntropy(logits, input('labels', ['sequences'], 'i32'));
  const graph = trainingGraph({ loss }, parameters, { maxGradNorm: 1 });
  const trace = await traceSteps(device, graph, parameters, (step, lengths) => {
    const ends = lengths.map((_, i) => lengths.slice(0, i + 1).reduce((a, b) => a + b));
    const stream = new RandomStream(2, String(step));
    return {
      cuSeqlens: Int32Array.of(0, ...ends),
      inputIds: Int32Array.from({ length: ends.at(-1) ?? 0 }, () => stream.below(vocabulary)),
      labels: Int32Array.from(lengths, (length) => length % hidden),
    };
  });
  return [trace];
}
