// Measures a step of an adapter and a prediction of every encoder family, with arbitrary weights, and the memory of each.
import { parseArgs } from 'node:util';
import { pairLengths as batch, encoderConfigs } from './lib/configs.ts';
import { ownProcess } from './lib/own-process.ts';
import { report } from './lib/report.ts';
import { measureShapeStep } from './lib/shape-step.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: { encoder: text, step: text, device: text, threads: text, runs: text },
});
const { device = 'onnx', threads = '2', runs = '5' } = values;
const { encoder, step } = values;

if (encoder === undefined || step === undefined) {
  for (const each of encoder === undefined ? Object.keys(encoderConfigs) : [encoder])
    for (const kind of ['stage1', 'predict'])
      ownProcess({ encoder: each, step: kind, device, threads, runs });
} else {
  const config = encoderConfigs[encoder];
  if (!config || (step !== 'stage1' && step !== 'predict'))
    throw new Error(`there is no ${encoder}, ${step}`);
  const { tokensPerSecond, ...more } = await measureShapeStep({
    ...{ config, step, batch, device, threads: Number(threads), runs: Number(runs) },
  });
  report({ name: 'families', value: tokensPerSecond, unit: 'tokens/s', encoder, step, device, ...more });
}
