// A LoRA that adapts its head too is merged into the encoder and the head.
import { lora, ReferenceDevice, readSnapshot, snapshotFiles, TrainedModel, train } from '@scalearn/core';
import { expect, test } from 'vitest';
import { memoryFolder } from '../../core/test/training/memory-folder.ts';
import { tinyEncoder, tinyTask } from '../../core/test/training/tiny.ts';
import { baselineReaders, mergeIntoEncoder } from '../src/index.ts';

const device = new ReferenceDevice();
const task = tinyTask({ rows: 16, validationRows: 8 });

test.each(['deberta-v2', 'modernbert'] as const)('all linear layers of %s', async (modelType) => {
  using encoder = await tinyEncoder(device, { modelType });
  const { architecture, fingerprint, name: modelName } = encoder;
  const target = { encoder: architecture, encoderFingerprint: fingerprint, modelName };
  const method = lora({ targetModules: 'all-linear', rank: 2 });
  using model = await train({ encoder, task, method, batchSize: 8, epochs: 2, learningRate: 1e-2 });
  const { logits: expected } = await model.predict(task.validation);
  const snapshot = await readSnapshot(memoryFolder(await model.files()), target);
  const files = snapshotFiles(await mergeIntoEncoder(snapshot, encoder));
  const merged = await readSnapshot(memoryFolder(files), target, baselineReaders);
  expect(merged.method.name).toBe('full-finetuning');
  using whole = await TrainedModel.fromSnapshot(encoder, merged, task);
  const { logits } = await whole.predict(task.validation);
  for (const [i, value] of expected.entries()) expect(logits[i]).toBeCloseTo(value, 5);
});
