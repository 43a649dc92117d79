// What trainings compute is counted without a device.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encoderParameterCount } from '@scalearn/encoders';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { countOperations, planExperiment, readExperiment } from '../src/index.ts';

const folder = scratchFolder();
const file = join(folder, 'tiny.yaml');
writeFileSync(
  file,
  `title: Tiny
encoders: [mini]
tasks: [miniglue/rte]
options: { batchSize: 4, limit: 10, evalLimit: 6, layers: 1 }
methods:
  one: { method: bottleneck, options: { epochs: 1 } }
  two: { method: bottleneck, options: { epochs: 2 } }
  full: { method: full-finetuning, options: { epochs: 1 } }
  few: { method: bottleneck, options: { epochs: 5, maxSteps: 2, evaluateEvery: 1 } }
`,
);

test('steps, rows and tokens, and the operations of the encoder for them', async () => {
  const plan = await planExperiment(await readExperiment(file), join(folder, 'models'));
  const operations = await countOperations(plan);
  const of = (entry: string) =>
    operations.get(plan.runs.find(({ cell }) => cell.entry.id === entry)?.id ?? '')!;
  const [one, two, full, few] = [of('one'), of('two'), of('full'), of('few')];
  expect(one).toMatchObject({ steps: 3, rows: { train: 10, validation: 6, test: 6 } });
  expect([two.steps, few.steps]).toEqual([6, 2]);
  const { length } = one;
  expect(length).toBeGreaterThan(5);
  expect(one.tokens).toBe(Math.round(3 * 4 * length));

  const { config } = plan.runs[0]!.encoder;
  const { vocabSize, maxPositions, typeVocabSize, hiddenSize } = config;
  const weights = encoderParameterCount(config) - (vocabSize + maxPositions + typeVocabSize) * hiddenSize;
  const forward = 2 * weights + 4 * hiddenSize * length;
  const [validation, tested] = [6, 6];
  expect(one.flops).toBeCloseTo(forward * (2 * one.tokens + (validation + tested) * length), 0);
  expect(two.flops).toBeCloseTo(forward * (2 * two.tokens + (2 * validation + tested) * length), 0);
  // It trains the encoder: weight gradients cost as much again.
  expect(full.flops).toBeCloseTo(forward * (3 * full.tokens + (validation + tested) * length), 0);
  expect(few.flops).toBeCloseTo(forward * (2 * few.tokens + (2 * validation + tested) * length), 0);
});
