// Real tokens a second of a stage-2 step: ScaLearn over 8 sources on minilm-l6, 32 rows of RTE, dropout and AdamW.
import { scalearn } from '@scalearn/core';
import { loadEncoder } from '@scalearn/encoders';
import { openDevice } from './lib/device.ts';
import { inTurn, median } from './lib/measure.ts';
import { benchmarkOptions } from './lib/options.ts';
import { encoderFolder } from './lib/places.ts';
import { report } from './lib/report.ts';
import { rteRows } from './lib/rows.ts';
import { randomSources } from './lib/sources.ts';
import { Step } from './lib/step.ts';

const options = benchmarkOptions();
await using device = await openDevice(options);
using encoder = await loadEncoder(encoderFolder, { device });
const rows = await rteRows(encoder);
using step = await Step.create(encoder, scalearn({ sources: randomSources(encoder.shape, 8, 24) }), rows);

await step.run();
const [times] = (await inTurn([() => step.run()], options.runs)) as [number[]];
const milliseconds = median(times);
report({
  name: 'stage2-step',
  device: options.device,
  value: (rows.tokens / milliseconds) * 1000,
  unit: 'tokens/s',
  milliseconds,
  best: Math.min(...times),
  tokens: rows.tokens,
  threads: options.threads,
  operations: step.program.statistics.operations,
});
const { bytes, total } = device.memory();
report({ name: 'stage2-memory', device: options.device, value: total, unit: 'bytes', breakdown: bytes });
