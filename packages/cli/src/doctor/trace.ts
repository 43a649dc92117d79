import type { Device } from '@scalearn/core';
import type { Graph } from '@scalearn/core/graph';
import { optimizerFeeds, type Parameters } from '@scalearn/core/methods';

/** Values that a device computed, to compare with those of another device. */
export interface Trace {
  readonly losses: readonly number[];
  readonly gradientNorms: readonly number[];
  /** Change of the parameters since the start of training. */
  readonly moved: Float64Array;
}

/** Sequence lengths of each step: short, long and a single token. */
const batches = [
  [17, 5, 33],
  [1, 40, 22, 9, 13],
  [3, 3],
];

/**
 * Runs the steps of a training graph.
 *
 * @param feeds returns the inputs of a step besides those of the optimizer and the random state
 */
export async function traceSteps(
  device: Device,
  graph: Graph,
  parameters: Parameters,
  feeds: (step: number, lengths: readonly number[]) => Readonly<Record<string, Int32Array | Float32Array>>,
): Promise<Trace> {
  using program = await device.compile(graph, { label: 'self-test' });
  const before = await valuesOf(parameters);
  const losses: number[] = [];
  const gradientNorms: number[] = [];
  for (const [step, lengths] of batches.entries()) {
    const { loss, gradientNorm } = await program.run({
      ...feeds(step, lengths),
      ...optimizerFeeds(parameters, 1e-3, 0, step + 1),
      random: Int32Array.of(1, 2, step),
    });
    losses.push(loss?.[0] ?? Number.NaN);
    gradientNorms.push(gradientNorm?.[0] ?? Number.NaN);
  }
  const after = await valuesOf(parameters);
  return { losses, gradientNorms, moved: after.map((value, i) => value - (before[i] as number)) };
}

async function valuesOf(parameters: Parameters): Promise<Float64Array> {
  const arrays = [...(await parameters.read()).values()].map(({ data }) => data);
  return Float64Array.from(arrays.flatMap((data) => [...data]));
}
