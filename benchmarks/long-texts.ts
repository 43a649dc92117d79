// Measures time and memory of a small ModernBERT on one text of 512, 2,048 and 8,192 tokens.
import { parseArgs } from 'node:util';
import { smallModernBert } from './lib/configs.ts';
import { ownProcess } from './lib/own-process.ts';
import { report } from './lib/report.ts';
import { measureShapeStep } from './lib/shape-step.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: { length: text, step: text, device: text, threads: text, runs: text },
});
const { device = 'onnx', threads = '2', runs = '3' } = values;
const { length, step } = values;

if (length === undefined || step === undefined) {
  for (const kind of ['stage1', 'predict'])
    for (const each of length === undefined ? ['512', '2048', '8192'] : [length])
      ownProcess({ length: each, step: kind, device, threads, runs });
} else {
  if (step !== 'stage1' && step !== 'predict') throw new Error(`there is no step ${step}`);
  const { tokensPerSecond, ...more } = await measureShapeStep({
    ...{ config: smallModernBert, step, batch: [Number(length)], device },
    ...{ threads: Number(threads), runs: Number(runs) },
  });
  const tokens = Number(length);
  report({ name: 'long-texts', value: tokensPerSecond, unit: 'tokens/s', tokens, step, device, ...more });
}
