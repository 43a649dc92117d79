// Compares steps with frozen weights in int8 with those in f32, on ONNX Runtime: their times in turn, and the memory of each.
import { parseArgs } from 'node:util';
import { encoderConfigs, pairLengths } from './lib/configs.ts';
import { inTurn, median } from './lib/measure.ts';
import { ownProcess } from './lib/own-process.ts';
import { report } from './lib/report.ts';
import { measureShapeStep, type ShapeStepRequest, withShapeStep } from './lib/shape-step.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    encoder: text,
    step: text,
    precision: text,
    threads: text,
    runs: text,
    runtime: text,
  },
});
const { encoder, step, precision, threads = '2', runs = '7', runtime = 'onnxruntime-node' } = values;

function request(): Omit<ShapeStepRequest, 'precision'> {
  const config = encoderConfigs[encoder ?? ''];
  if (!config || (step !== 'stage1' && step !== 'stage2' && step !== 'predict'))
    throw new Error(`there is no ${encoder}, ${step}`);
  if (runtime !== 'onnxruntime-node' && runtime !== 'onnxruntime-web')
    throw new Error(`there is no runtime ${runtime}`);
  const how = { device: 'onnx', threads: Number(threads), runs: Number(runs) };
  return { ...how, runtime, config, step, batch: pairLengths };
}

if (encoder === undefined || step === undefined) {
  for (const each of encoder === undefined ? ['MiniLM-L6', 'BERT-base'] : [encoder])
    for (const kind of step === undefined ? ['stage1', 'stage2', 'predict'] : [step]) {
      ownProcess({ encoder: each, step: kind, runtime, threads, runs });
      for (const which of ['f32', 'int8'])
        ownProcess({ encoder: each, step: kind, runtime, threads, runs: '2', precision: which });
    }
} else if (precision === 'f32' || precision === 'int8') {
  const { residentMiB, deviceMiB } = await measureShapeStep({ ...request(), precision });
  report({
    ...{ name: 'precision-memory', value: residentMiB, unit: 'MiB', encoder, step, runtime, precision },
    deviceMiB,
  });
} else {
  const times = await withShapeStep({ ...request(), precision: 'f32' }, (plain) =>
    withShapeStep({ ...request(), precision: 'int8' }, (bytes) =>
      inTurn([plain.run, bytes.run], Number(runs)),
    ),
  );
  const [plain = [], bytes = []] = times;
  report({
    ...{ name: 'precision', value: median(plain) / median(bytes), unit: 'times as fast as f32' },
    ...{ encoder, step, runtime },
    bestRatio: Math.min(...plain) / Math.min(...bytes),
    ...{ f32: median(plain), int8: median(bytes), threads: Number(threads) },
  });
}
