// Trains a few steps with the installed packages, and prints the difference from the interpreter. Runs in Node, Deno
// and browsers, so it uses only erasable types and only imports `@scalearn/*`.

import { type Device, ReferenceDevice } from '@scalearn/core';
import {
  crossEntropy,
  gelu,
  input,
  layerNorm,
  linear,
  RandomStream,
  randomInput,
} from '@scalearn/core/graph';
import {
  createDropout,
  linearParameters,
  optimizerFeeds,
  Parameters,
  trainingGraph,
} from '@scalearn/core/methods';

export interface SmokeResult {
  readonly device: string;
  readonly losses: readonly number[];
  /** Largest difference of a loss or parameter from the interpreter's. */
  readonly difference: number;
}

/** Trains a small classifier with dropout for six steps on batches of different sizes. */
async function trainSome(device: Device): Promise<{ losses: number[]; values: Float32Array[] }> {
  const parameters = new Parameters(
    device,
    [
      ...linearParameters('first', 20, 12, 0.3),
      ...linearParameters('last', 3, 20, 0.3),
      { name: 'norm.weight', shape: [20], init: { constant: 1 }, decay: false },
      { name: 'norm.bias', shape: [20], init: { constant: 0 }, decay: false },
    ],
    7,
  );
  const get = (name: string) => parameters.tensor(name);
  const dense = (name: string, x: ReturnType<typeof get>) =>
    linear(x, get(`${name}.weight`), get(`${name}.bias`));
  const inner = layerNorm(
    gelu(dense('first', input('x', ['sequences', 12]))),
    get('norm.weight'),
    get('norm.bias'),
    1e-5,
  );
  const logits = dense('last', createDropout(randomInput()).apply(inner, 0.2, 'inner'));
  const loss = crossEntropy(logits, input('labels', ['sequences'], 'i32'));
  const graph = trainingGraph({ loss }, parameters, { maxGradNorm: 1 });
  const program = await device.compile(graph);
  const losses: number[] = [];
  for (let step = 0; step < 6; step++) {
    const rows = 33 - 5 * step;
    const stream = new RandomStream(step, 'batch');
    const result = await program.run({
      x: stream.normal(rows * 12, 0, 1),
      labels: Int32Array.from({ length: rows }, () => stream.below(3)),
      random: Int32Array.of(7, 0, step),
      ...optimizerFeeds(parameters, 1e-2, 0.01, step + 1),
    });
    losses.push(result.loss?.[0] ?? Number.NaN);
  }
  const values = [...(await parameters.read()).values()].map(({ data }) => data);
  program.dispose();
  parameters.dispose();
  return { losses, values };
}

export async function smoke(device: Device): Promise<SmokeResult> {
  const expected = await trainSome(new ReferenceDevice('float64'));
  const actual = await trainSome(device);
  const gap = (a: ArrayLike<number>, b: ArrayLike<number>): number[] =>
    Array.from(a, (value, i) => Math.abs(value - (b[i] ?? Number.NaN)));
  const gaps = [
    ...gap(actual.losses, expected.losses),
    ...actual.values.flatMap((values, i) => gap(values, expected.values[i] ?? [])),
  ];
  const left = device.memory().bytes.parameters ?? 0;
  if (left > 0) throw new Error(`${left} bytes of parameters were left on the device`);
  const difference = gaps.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(...gaps);
  return { device: device.kind, losses: actual.losses, difference };
}
