// Compares AdapterFusion's order of products with the order of the paper's equations, with 8 sources.
import { adapterFusion } from '@scalearn/baselines';
import type { Encoder, HostArray, Method } from '@scalearn/core';
import {
  globalNorm,
  gradients,
  input,
  layerNorm,
  mean,
  type Program,
  RandomStream,
  randomInput,
  square,
  type Tensor,
  variable,
} from '@scalearn/core/graph';
import { createDropout, Parameters } from '@scalearn/core/methods';
import { loadEncoder } from '@scalearn/encoders';
import { plainFusion } from '../packages/baselines/test/plain-fusion.ts';
import { openDevice } from './lib/device.ts';
import { inTurn, median } from './lib/measure.ts';
import { benchmarkOptions } from './lib/options.ts';
import { encoderFolder } from './lib/places.ts';
import { report } from './lib/report.ts';
import { rteRows } from './lib/rows.ts';
import { randomSources } from './lib/sources.ts';
import { Step } from './lib/step.ts';

/** Runs the forward and backward pass of a method's layers one after another, without the encoder. */
async function layersAlone({ device, architecture }: Encoder, method: Method): Promise<Program> {
  const target = { encoder: architecture, adapterName: 'rte', tasks: ['rte'] };
  const specs = method.parameters(target);
  const parameters = new Parameters(device, specs, 0);
  const upload = (values: Float32Array): Tensor => variable(device.upload(values, [architecture.hiddenSize]));
  const [ones, zeros] = [1, 0].map((value) => upload(new Float32Array(architecture.hiddenSize).fill(value)));
  const frozen = new Map(
    method.frozen?.(target).map((spec) => [spec.name, variable(device.upload(spec.values, spec.shape))]),
  );
  const sites = method.sites({
    ...target,
    task: 'rte',
    parameter: (name) => parameters.tensor(name),
    frozen: (name) => frozen.get(name) as Tensor,
    dropout: createDropout(randomInput()),
  });
  const x = input('x', ['tokens', architecture.hiddenSize]);
  const norm = (y: Tensor): Tensor => layerNorm(y, ones as Tensor, zeros as Tensor, 1e-12);
  let hidden = x;
  for (let layer = 0; layer < architecture.layers; layer++)
    hidden = sites.feedForwardOutput?.({ layer, hidden, residual: x, norm }) ?? hidden;
  const slopes = gradients(mean(square(hidden)), [x, ...specs.map(({ name }) => parameters.tensor(name))]);
  return device.compile({ outputs: { norm: globalNorm(slopes) } });
}

const options = benchmarkOptions({ runs: 9 });
await using device = await openDevice(options);
const encoder = await loadEncoder(encoderFolder, { device });
const rows = await rteRows(encoder);
const fusion = { sources: randomSources(encoder.architecture, 8, 24) };
const methods = [adapterFusion(fusion), plainFusion(fusion)];

async function compare(
  name: string,
  [ours, theirs]: readonly (() => Promise<unknown>)[],
  more: { readonly required?: number } = {},
): Promise<void> {
  const pieces = [ours, theirs] as (() => Promise<unknown>)[];
  for (const piece of pieces) await piece();
  const [fast, plain] = (await inTurn(pieces, options.runs)) as [number[], number[]];
  report({
    name,
    device: options.device,
    value: median(plain) / median(fast),
    unit: 'ratio of time',
    bestRatio: Math.min(...plain) / Math.min(...fast),
    milliseconds: median(fast),
    plainMilliseconds: median(plain),
    tokens: rows.tokens,
    threads: options.threads,
    ...more,
  });
}

const x = new RandomStream(0, 'x').normal(rows.tokens * encoder.architecture.hiddenSize, 0, 1);
let step = 0;
const alone = await Promise.all(methods.map((method) => layersAlone(encoder, method)));
await compare(
  'fusion-layers',
  alone.map((program) => (): Promise<Record<string, HostArray>> => {
    return program.run({ x, random: Int32Array.of(0, 0, ++step) });
  }),
  { required: 3 },
);
const steps = await Promise.all(methods.map((method) => Step.create(encoder, method, rows)));
await compare(
  'fusion-step',
  steps.map((each) => () => each.run()),
);
