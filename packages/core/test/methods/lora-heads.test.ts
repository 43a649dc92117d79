// LoRAs whose biases train too, or that adapt the head, on families whose heads or linear layers differ from BERT's.
import { describe, expect, test } from 'vitest';
import { parseSafetensors, writeSafetensors } from '../../src/files.ts';
import {
  type FileSet,
  type LoraOptions,
  lora,
  ReferenceDevice,
  readSnapshot,
  readSourceFolder,
  scalearn,
  snapshotFiles,
  TrainedModel,
  train,
} from '../../src/index.ts';
import { memoryFolder } from '../training/memory-folder.ts';
import { type TinyModelType, tinyEncoder, tinyTask } from '../training/tiny.ts';

const device = new ReferenceDevice();
const task = tinyTask({ rows: 16, validationRows: 8 });
const file = 'adapter_model.safetensors';
const start = 'base_model.model.';

const stored = (files: FileSet) => parseSafetensors(files[file] as Uint8Array, file);

/** Adds the copies of a head's biases that PEFT writes if all biases train. */
function withCopies(files: FileSet): FileSet {
  const tensors = stored(files);
  const own = [...tensors.entries].map(
    ([key, { shape }]) => [key, { shape, data: tensors.float32(key) }] as const,
  );
  const copies = own.flatMap(([key, tensor]) => {
    const [, module] = /^(.*classifier)\.(?:.*\.)?bias$/.exec(key) ?? [];
    if (module === undefined) return [];
    const rest = key.slice(module.length);
    return ['modules_to_save', 'original_module'].map(
      (copy) => [`${module}.${copy}${rest}`, tensor] as const,
    );
  });
  expect(copies.length).toBeGreaterThan(0);
  return { ...files, [file]: writeSafetensors([...own, ...copies], Object.fromEntries(tensors.metadata)) };
}

describe.each<[TinyModelType, readonly string[]]>([
  ['bert', ['classifier.bias']],
  ['distilbert', ['classifier.bias', 'pre_classifier.bias']],
  ['electra', ['classifier.dense.bias', 'classifier.out_proj.bias']],
  // Its dense layer is outside the modules that train as a whole, so it is adapted.
  ['deberta-v2', ['classifier.bias', 'pooler.dense.base_layer.bias']],
  // Its linear layers, and the dense layer of its head, have no biases.
  ['modernbert', ['classifier.bias']],
])('on %s', async (modelType, ofHead) => {
  const encoder = await tinyEncoder(device, { modelType });
  const { architecture, fingerprint, name: modelName } = encoder;
  const target = { encoder: architecture, encoderFingerprint: fingerprint, modelName };

  test.each<LoraOptions>([{ bias: 'all' }, { bias: 'lora_only' }])('%j', async (options) => {
    const method = lora({ targetModules: 'all-linear', ...options });
    using model = await train({ encoder, task, method, batchSize: 8, epochs: 1, learningRate: 1e-2 });
    const files = await model.files();
    const keys = [...stored(files).entries.keys()].map((key) => key.slice(start.length));
    const isBias = (key: string): boolean =>
      key.endsWith('bias') && !key.startsWith(`${architecture.prefix}.`);
    expect(keys.filter(isBias).sort()).toEqual([...ofHead].sort());
    const snapshot = await readSnapshot(
      memoryFolder(options.bias === 'all' ? withCopies(files) : files),
      target,
    );
    expect(snapshotFiles(snapshot)[file]).toEqual(files[file]);
    using again = await TrainedModel.fromSnapshot(encoder, snapshot, task);
    expect((await again.predict(task.validation)).logits).toEqual(
      (await model.predict(task.validation)).logits,
    );
  });
});

test('one number of a layer stays one number, as PEFT writes it', async () => {
  const encoder = await tinyEncoder(device);
  const { architecture, fingerprint, name: modelName } = encoder;
  const method = lora({ targetModules: ['query'], layersToTransform: 1 });
  using model = await train({ encoder, task, method, batchSize: 8, epochs: 1 });
  const files = await model.files();
  expect(JSON.parse(`${files['adapter_config.json']}`)).toMatchObject({ layers_to_transform: 1 });
  const target = { encoder: architecture, encoderFingerprint: fingerprint, modelName };
  expect(snapshotFiles(await readSnapshot(memoryFolder(files), target))).toEqual(files);
  expect([...stored(files).entries.keys()].filter((key) => key.includes('lora_A'))).toEqual([
    `${start}bert.encoder.layer.1.attention.self.query.lora_A.weight`,
  ]);
});

describe('a layer of the head', () => {
  test.each<[TinyModelType, string]>([
    ['deberta-v2', 'pooler.dense'],
    ['modernbert', 'head.dense'],
  ])('of %s is adapted, and is no source', async (modelType, path) => {
    const encoder = await tinyEncoder(device, { modelType });
    const { architecture, fingerprint, name: modelName } = encoder;
    const method = lora({ targetModules: 'all-linear', rank: 2 });
    using model = await train({ encoder, task, method, batchSize: 8, epochs: 2, learningRate: 1e-2 });
    const files = await model.files();
    const { target_modules: targets } = JSON.parse(`${files['adapter_config.json']}`);
    expect(targets).toContain(path);
    const key = `${start}${path}.lora_B.weight`;
    expect(Math.max(...stored(files).float32(key).map(Math.abs))).toBeGreaterThan(0);
    const source = await readSourceFolder(memoryFolder(files));
    expect(() =>
      scalearn({ sources: [source] }).parameters({ encoder: architecture, adapterName: 'a', tasks: [] }),
    ).toThrow(`adapts ${path}, a layer of its head, so it is not a change of the encoder alone`);
    const target = { encoder: architecture, encoderFingerprint: fingerprint, modelName };
    using again = await TrainedModel.fromSnapshot(
      encoder,
      await readSnapshot(memoryFolder(files), target),
      task,
    );
    const { logits } = await model.predict(task.validation);
    expect((await again.predict(task.validation)).logits).toEqual(logits);
  });
});
