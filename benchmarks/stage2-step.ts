// Measures real tokens per second of a stage-2 step: ScaLearn with 8 sources on minilm-l6, 32 rows of RTE.
import { openDevice } from './lib/device.ts';
import { inTurn, median, sustained } from './lib/measure.ts';
import { benchmarkOptions } from './lib/options.ts';
import { report } from './lib/report.ts';
import { stage2 } from './lib/stage2.ts';

const options = benchmarkOptions();
await using device = await openDevice(options);
const { rows, step } = await stage2(device);

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
const each = await sustained(() => step.run(), options.runs);
report({
  name: 'stage2-training',
  device: options.device,
  value: (rows.tokens / each) * 1000,
  unit: 'tokens/s',
  milliseconds: each,
});
const { bytes, total } = device.memory();
report({ name: 'stage2-memory', device: options.device, value: total, unit: 'bytes', breakdown: bytes });
