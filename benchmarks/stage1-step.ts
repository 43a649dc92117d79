// Measures real tokens per second of a stage-1 step: a bottleneck adapter of width 24 on the rows of stage2-step.
import { bottleneck } from '@scalearn/core';
import { loadEncoder } from '@scalearn/encoders';
import { openDevice } from './lib/device.ts';
import { inTurn, median } from './lib/measure.ts';
import { benchmarkOptions } from './lib/options.ts';
import { encoderFolder } from './lib/places.ts';
import { report } from './lib/report.ts';
import { rteRows } from './lib/rows.ts';
import { Step } from './lib/step.ts';

const options = benchmarkOptions();
await using device = await openDevice(options);
const encoder = await loadEncoder(encoderFolder, { device });
const rows = await rteRows(encoder);
const step = await Step.create(encoder, bottleneck({ reductionFactor: 16 }), rows);

await step.run();
const [times] = (await inTurn([() => step.run()], options.runs)) as [number[]];
const milliseconds = median(times);
report({
  name: 'stage1-step',
  device: options.device,
  value: (rows.tokens / milliseconds) * 1000,
  unit: 'tokens/s',
  milliseconds,
  best: Math.min(...times),
  tokens: rows.tokens,
  threads: options.threads,
});
