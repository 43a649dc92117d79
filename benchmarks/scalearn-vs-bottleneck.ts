// Measures the cost of 8 sources: a ScaLearn step against a step of one bottleneck adapter of the same total width.
import { bottleneck, scalearn } from '@scalearn/core';
import { loadEncoder } from '@scalearn/encoders';
import { openDevice } from './lib/device.ts';
import { inTurn, median } from './lib/measure.ts';
import { benchmarkOptions } from './lib/options.ts';
import { encoderFolder } from './lib/places.ts';
import { report } from './lib/report.ts';
import { rteRows } from './lib/rows.ts';
import { randomSources } from './lib/sources.ts';
import { Step } from './lib/step.ts';

const options = benchmarkOptions({ runs: 9 });
await using device = await openDevice(options);
const encoder = await loadEncoder(encoderFolder, { device });
const rows = await rteRows(encoder);
const [sources, width] = [8, 24];
const stage2 = await Step.create(
  encoder,
  scalearn({ sources: randomSources(encoder.architecture, sources, width) }),
  rows,
);
const reductionFactor = encoder.architecture.hiddenSize / (sources * width);
const plain = await Step.create(encoder, bottleneck({ reductionFactor }), rows);

await stage2.run();
await plain.run();
const [ours, theirs] = (await inTurn([() => stage2.run(), () => plain.run()], options.runs)) as [
  number[],
  number[],
];
report({
  name: 'scalearn-vs-bottleneck',
  device: options.device,
  value: median(ours) / median(theirs),
  unit: 'ratio of time',
  milliseconds: median(ours),
  bottleneckMilliseconds: median(theirs),
  tokens: rows.tokens,
  threads: options.threads,
  required: 1.25,
});
