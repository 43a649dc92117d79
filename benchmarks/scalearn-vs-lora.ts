// Measures the cost of 8 LoRA sources of rank 8: a ScaLearn step against a step of one LoRA of rank 64.
import { lora, scalearn } from '@scalearn/core';
import { loadEncoder } from '@scalearn/encoders';
import { openDevice } from './lib/device.ts';
import { inTurn, median } from './lib/measure.ts';
import { benchmarkOptions } from './lib/options.ts';
import { encoderFolder } from './lib/places.ts';
import { report } from './lib/report.ts';
import { rteRows } from './lib/rows.ts';
import { randomLoras } from './lib/sources.ts';
import { Step } from './lib/step.ts';

const options = benchmarkOptions({ runs: 9 });
await using device = await openDevice(options);
const encoder = await loadEncoder(encoderFolder, { device });
const rows = await rteRows(encoder);
const [sources, rank] = [8, 8];
const stage2 = await Step.create(
  encoder,
  scalearn({ sources: randomLoras(encoder.architecture, sources, rank) }),
  rows,
);
const plain = await Step.create(encoder, lora({ rank: sources * rank }), rows);

await stage2.run();
await plain.run();
const [ours, theirs] = (await inTurn([() => stage2.run(), () => plain.run()], options.runs)) as [
  number[],
  number[],
];
report({
  name: 'scalearn-vs-lora',
  device: options.device,
  value: median(ours) / median(theirs),
  unit: 'ratio of time',
  bestRatio: Math.min(...ours) / Math.min(...theirs),
  milliseconds: median(ours),
  loraMilliseconds: median(theirs),
  tokens: rows.tokens,
  threads: options.threads,
  required: 1.25,
});
