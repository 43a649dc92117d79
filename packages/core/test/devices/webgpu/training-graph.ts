import { gradients } from '../../../src/autodiff/gradient.ts';
import type { Device, DeviceTensor, HostArray, Program } from '../../../src/devices/device.ts';
import { ReferenceDevice } from '../../../src/devices/reference.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { input, variable } from '../../../src/graph/leaves.ts';
import type { Tensor } from '../../../src/graph/tensor.ts';
import { gelu } from '../../../src/ops/activations.ts';
import { crossEntropy } from '../../../src/ops/cross-entropy.ts';
import { linear } from '../../../src/ops/matmul.ts';
import { pack, packLayout, view } from '../../../src/ops/pack.ts';
import { adamW, adamWDefaults, adamWRates } from '../../../src/optim/adamw.ts';
import { clipFactor, globalNorm } from '../../../src/optim/clip.ts';
import { RandomStream } from '../../../src/random/streams.ts';
import { relativeDifference } from '../../operations/harness.ts';

const [inputs, hidden, classes] = [12, 20, 3];
const shapes = [[hidden, inputs], [hidden], [classes, hidden], [classes]] as const;
const { offsets, size } = packLayout(shapes);

/** A two-layer classifier with its whole training step: forward, backward, clipping and AdamW in place. */
export interface SmallTraining {
  readonly graph: Graph;
  readonly state: readonly DeviceTensor[];
  /** Feeds of a step; batches have different numbers of rows, at most `most`. */
  feeds(step: number, most?: number): Record<string, HostArray>;
}

export function smallTraining(device: Device): SmallTraining {
  const values = new RandomStream(3, 'parameters').normal(size, 0, 0.3);
  const upload = (label: string, data: Float32Array): DeviceTensor => device.upload(data, [size], { label });
  const state = [
    upload('parameters', values),
    upload('m', new Float32Array(size)),
    upload('v', new Float32Array(size)),
  ];
  const [parameters, m, v] = state.map(variable) as [Tensor, Tensor, Tensor];
  const [w1, b1, w2, b2] = shapes.map((shape, i) => view(parameters, offsets[i] as number, shape)) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const logits = linear(gelu(linear(input('x', ['sequences', inputs]), w1, b1)), w2, b2);
  const loss = crossEntropy(logits, input('labels', ['sequences'], 'i32'));
  const gradient = pack(gradients(loss, [w1, b1, w2, b2]));
  const norm = globalNorm([gradient]);
  const rates = { factor: clipFactor(norm, 0.5), stepSize: input('stepSize', []), decay: input('decay', []) };
  const next = adamW({ parameters, m, v }, gradient, rates, adamWDefaults);
  const graph: Graph = {
    outputs: { loss, norm },
    updates: [
      { variable: parameters, value: next.parameters },
      { variable: m, value: next.m },
      { variable: v, value: next.v },
    ],
  };
  return {
    graph,
    state,
    feeds(step, most = 30) {
      const rows = most - (step % 5);
      const stream = new RandomStream(step, 'batch');
      const { stepSize, decay } = adamWRates(1e-2, 0.01, step + 1, adamWDefaults);
      return {
        x: stream.normal(rows * inputs, 0, 1),
        labels: Int32Array.from({ length: rows }, () => stream.below(classes)),
        stepSize: Float32Array.of(stepSize),
        decay: Float32Array.of(decay),
      };
    },
  };
}

/** Losses and norms of some steps, and the state after them. */
export async function trainSteps(
  program: Program,
  { feeds, state }: SmallTraining,
  steps: number,
): Promise<{ losses: number[]; norms: number[]; state: HostArray[] }> {
  const [losses, norms]: [number[], number[]] = [[], []];
  for (let step = 0; step < steps; step++) {
    const { loss, norm } = await program.run(feeds(step));
    losses.push(loss?.[0] as number);
    norms.push(norm?.[0] as number);
  }
  return { losses, norms, state: await Promise.all(state.map((tensor) => tensor.read())) };
}

/** How far 20 steps on a device are from the reference in float64: relative to the largest, over all results. */
export async function trainingDifference(device: Device): Promise<number> {
  const reference = new ReferenceDevice('float64');
  const exact = smallTraining(reference);
  const expected = await trainSteps(await reference.compile(exact.graph), exact, 20);
  const own = smallTraining(device);
  const program = await device.compile(own.graph);
  const actual = await trainSteps(program, own, 20);
  program.dispose();
  for (const tensor of own.state) tensor.dispose();
  return Math.max(
    relativeDifference(Float64Array.from(actual.losses), Float64Array.from(expected.losses)),
    relativeDifference(Float64Array.from(actual.norms), Float64Array.from(expected.norms)),
    ...expected.state.map((values, i) => relativeDifference(actual.state[i] as HostArray, values)),
  );
}
