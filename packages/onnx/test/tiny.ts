import type { Device, HostArray } from '@scalearn/core';
import {
  attention,
  crossEntropy,
  dropout,
  embedding,
  input,
  layerNorm,
  linear,
  type Program,
  RandomStream,
  randomInput,
  selectFirst,
} from '@scalearn/core/graph';
import {
  linearParameters,
  optimizerFeeds,
  type ParameterSpec,
  Parameters,
  trainingGraph,
} from '@scalearn/core/methods';

const [vocabulary, hidden, heads, classes] = [23, 24, 3, 3];

export interface Tiny {
  readonly program: Program;
  readonly parameters: Parameters;
  feeds(step: number): Record<string, HostArray>;
}

/** One attention layer with dropout on embedded tokens, a classifier, and the whole training step. */
export async function tinyTraining(device: Device, lengths: readonly number[] = [5, 9, 2, 9]): Promise<Tiny> {
  const table: ParameterSpec = {
    name: 'table',
    shape: [vocabulary, hidden],
    init: { mean: 0, deviation: 1 },
    decay: true,
  };
  const specs = [
    table,
    ...linearParameters('qkv', 3 * hidden, hidden, 0.2),
    ...linearParameters('head', classes, hidden, 0.2),
    { name: 'norm.weight', shape: [hidden], init: { constant: 1 }, decay: false },
    { name: 'norm.bias', shape: [hidden], init: { constant: 0 }, decay: false },
  ];
  const parameters = new Parameters(device, specs, 1);
  const weight = (name: string) => parameters.tensor(name);
  const random = randomInput();
  const cuSeqlens = input('cuSeqlens', ['boundaries'], 'i32');
  const x = embedding(weight('table'), input('ids', ['tokens'], 'i32'));
  const qkv = linear(dropout(x, 0.1, 'embedding', random), weight('qkv.weight'), weight('qkv.bias'));
  const context = attention(qkv, cuSeqlens, heads, {
    dropout: { probability: 0.2, name: 'attention', random },
  });
  const normal = layerNorm(context, weight('norm.weight'), weight('norm.bias'), 1e-5);
  const logits = linear(selectFirst(normal, cuSeqlens), weight('head.weight'), weight('head.bias'));
  const loss = crossEntropy(logits, input('labels', ['sequences'], 'i32'));
  const graph = trainingGraph({ loss }, parameters, { maxGradNorm: 1 });
  return {
    program: await device.compile(graph),
    parameters,
    feeds(step) {
      const stream = new RandomStream(step, 'batch');
      const tokens = lengths.reduce((a, b) => a + b, 0);
      return {
        ids: Int32Array.from({ length: tokens }, () => stream.below(vocabulary)),
        labels: Int32Array.from(lengths, () => stream.below(classes)),
        cuSeqlens: Int32Array.from([0, ...lengths], (_, i) => lengths.slice(0, i).reduce((a, b) => a + b, 0)),
        random: Int32Array.of(7, 0, step),
        ...optimizerFeeds(parameters, 1e-2, 0.01, step + 1),
      };
    },
  };
}

/** Losses of some steps, and all parameters after them. */
export async function train(
  { program, parameters, feeds }: Tiny,
  steps: number,
): Promise<{ losses: number[]; values: Float32Array }> {
  const results = await Promise.all(Array.from({ length: steps }, (_, step) => program.run(feeds(step))));
  const [group] = parameters.groups;
  return {
    losses: results.map(({ loss }) => loss?.[0] as number),
    values: Float32Array.from((await group?.values.read()) as HostArray),
  };
}
