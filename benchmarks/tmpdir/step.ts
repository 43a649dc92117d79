import {
  bottleneck,
  createDropout,
  createHead,
  linearSchedule,
  optimiserFeeds,
  RandomStream,
  randomInput,
  scalearn,
  TrainableModel,
  trainingGraph,
} from '@scalearn/core';
import { loadEncoder, localFolder } from '@scalearn/encoders';
import { requestWebGPUDevice } from '../../packages/core/src/devices/webgpu/device.ts';

const device = (await requestWebGPUDevice())!;
console.log(device.description, device.variant);
const encoder = await loadEncoder('/work/shared/models/minilm-l6', { device } as never);
const { hiddenSize: d, layers: L } = encoder.shape as never as { hiddenSize: number; layers: number };
const m = 24,
  T = 8;
const rnd = (name: string, n: number) => new RandomStream(1, name).normal(n, 0, 0.02);
const sources = Array.from({ length: T }, (_, t) => ({
  name: `t${t}`,
  hiddenSize: d,
  width: m,
  nonLinearity: 'relu',
  layers: Array.from({ length: L }, (_, l) => ({
    down: rnd(`d${t}${l}`, m * d),
    downBias: rnd(`db${t}${l}`, m),
    up: rnd(`u${t}${l}`, m * d),
    upBias: rnd(`ub${t}${l}`, d),
  })),
}));
const which = process.argv[2] ?? 'scalearn';
const method =
  which === 'bottleneck'
    ? bottleneck({ reductionFactor: 16 })
    : scalearn({ sources, variant: which as never });
const model = await TrainableModel.create({
  encoder: encoder as never,
  method,
  head: createHead({
    problem: 'singleLabelClassification',
    outputs: 2,
    layout: method.headLayout as never,
    name: 'x',
  }),
  adapterName: 'x',
  seed: 0,
});
const t0 = performance.now();
const parts = model.build(createDropout(randomInput()));
const graph = trainingGraph(parts, model.parameters, { maxGradNorm: 1 });
const t1 = performance.now();
const program = await device.compile(graph);
const t2 = performance.now();
console.log(
  'graph ms',
  (t1 - t0).toFixed(0),
  'compile ms',
  (t2 - t1).toFixed(0),
  'dispatches',
  program.statistics.operations,
);
if (process.argv.includes('--list'))
  for (const [i, k] of (program as never as { kernels: { label: string }[] }).kernels.entries())
    console.log(i, k.label);
console.log(
  'distinct pipelines',
  new Set((program as never as { kernels: { code: string }[] }).kernels.map((k) => k.code)).size,
);
const lens = Array.from({ length: 32 }, (_, i) => 20 + ((i * 37) % 91));
const texts = lens.map((n, i) => ({
  inputIds: Array.from({ length: n }, (_, j) => (i * 131 + j * 977) % 30000),
}));
const feeds = {
  ...(encoder as never as { feeds(t: unknown): Record<string, never> }).feeds(texts),
  labels: Int32Array.from({ length: 32 }, (_, i) => i % 2),
};
const tokens = lens.reduce((a, b) => a + b, 0);
for (let step = 0; step < 4; step++) {
  const s = performance.now();
  const c = process.cpuUsage();
  const r = await program.run({
    ...feeds,
    ...optimiserFeeds(model.parameters, 1e-3, 0, step + 1),
    random: Int32Array.of(1, 0, step),
  });
  const ms = performance.now() - s;
  const u = process.cpuUsage(c);
  console.log(
    'step',
    ms.toFixed(0),
    'ms',
    ((tokens / ms) * 1e3).toFixed(0),
    'tokens/s',
    'cpu',
    ((u.user + u.system) / 1e3).toFixed(0),
    'loss',
    (r.loss as Float32Array)[0],
    'arena MB',
    (program.statistics.arenaBytes! / 1e6).toFixed(1),
  );
}
program.dispose();
model.dispose();
device.dispose();
