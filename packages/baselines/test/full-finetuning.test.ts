import {
  type FileSet,
  ModelFileError,
  type ModelSnapshot,
  ReferenceDevice,
  readSnapshot,
  snapshotFiles,
} from '@scalearn/core';
import { bytesSource, openSafetensors } from '@scalearn/core/files';
import { createHead, type HeadOptions, modelFromSnapshot, TrainableModel } from '@scalearn/core/methods';
import { describe, expect, test } from 'vitest';
import { memoryFolder } from '../../core/test/training/memory-folder.ts';
import { tinyEncoder, tinyTask } from '../../core/test/training/tiny.ts';
import { createEncoder, parseEncoderConfig } from '../../encoders/src/index.ts';
import { encoderWeights } from '../../encoders/src/model/architecture.ts';
import { fullFinetuning, fullFinetuningReader } from '../src/index.ts';
import { checkFolder, encoder, target, trained } from './folders.ts';
import { gradientErrors } from './gradients.ts';

const read = (files: FileSet, other: Partial<typeof target> = {}): Promise<ModelSnapshot> =>
  readSnapshot(memoryFolder(files), { ...target, ...other }, [fullFinetuningReader]);

test.each([
  ['roberta-base', { vocab: 50_265, hidden: 768, layers: 12 }, 124_055_040, 124_645_632],
  ['roberta-large', { vocab: 50_265, hidden: 1024, layers: 24 }, 354_310_144, 355_359_744],
  ['xlm-roberta-base', { vocab: 250_002, hidden: 768, layers: 12 }, 277_453_056, 278_043_648],
  ['xlm-roberta-large', { vocab: 250_002, hidden: 1024, layers: 24 }, 558_840_832, 559_890_432],
])('trainable parameters are those of the reference: %s', (name, sizes, without, withPooler) => {
  const { vocab, hidden, layers } = sizes;
  const config = parseEncoderConfig({
    model_type: name.replace(/-(base|large)$/, ''),
    vocab_size: vocab,
    hidden_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: hidden / 64,
    intermediate_size: 4 * hidden,
    max_position_embeddings: 514,
    type_vocab_size: 1,
  });
  const count = (pooler: boolean): number =>
    encoderWeights(config)
      .filter((spec) => pooler || !spec.name.startsWith('pooler.'))
      .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  expect([count(false), count(true)]).toEqual([without, withPooler]);
});

test('gradients are those of central differences', async () => {
  const errors = await gradientErrors(fullFinetuning());
  expect(errors.size).toBe(5 + 2 * 12 + 4);
  for (const [name, error] of errors) expect(error, name).toBeLessThan(1e-5);
});

test('every weight of the encoder moves, but for the pooler, which the head does without', async () => {
  using model = await trained(fullFinetuning());
  const { tensors } = await model.snapshot();
  const before = await encoder.parameters();
  const parts = before.flatMap((spec) => spec.parts ?? []);
  expect([...tensors.keys()].sort()).toEqual(parts.filter((key) => !key.includes('pooler')).sort());
  const moved = await createdFrom(await model.files());
  for (const [i, { name, init }] of before.entries())
    if (!name.startsWith('pooler.')) expect(moved[i], name).not.toEqual(init);
  expect(model.parameterCount.method).toBe(
    [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0),
  );
});

/** The first values of the weights of the encoder that lies in a folder. */
async function createdFrom(files: FileSet): Promise<readonly unknown[]> {
  const config = parseEncoderConfig(JSON.parse(files['config.json'] as string));
  const weights = await openSafetensors(bytesSource(files['model.safetensors'] as Uint8Array));
  using again = await createEncoder({ device: encoder.device, config, weights, name: 'tuned' });
  return (await again.parameters()).map(({ init }) => init);
}

describe('the folder of a fine-tuned encoder', () => {
  test('gives the same model', async () => {
    const files = await checkFolder(fullFinetuning(), fullFinetuningReader);
    expect(Object.keys(files)).toContain('model.safetensors');
  });

  test('is one of transformers, its head included', async () => {
    using model = await trained(fullFinetuning());
    const { heads } = await model.snapshot();
    const files = await model.files();
    expect(JSON.parse(files['config.json'] as string)).toMatchObject({
      architectures: ['RobertaForSequenceClassification'],
      model_type: 'roberta',
      num_hidden_layers: 2,
      num_attention_heads: 2,
      vocab_size: 14,
      id2label: { 0: 'no', 1: 'yes' },
      label2id: { no: 0, yes: 1 },
      problem_type: 'single_label_classification',
    });
    const weights = await openSafetensors(bytesSource(files['model.safetensors'] as Uint8Array));
    expect(weights.metadata.get('format')).toBe('pt');
    for (const [key, { data }] of heads.get('red')?.tensors ?? [])
      expect(await weights.readFloat32(key), key).toEqual(data);
    expect(weights.entries.has('classifier.out_proj.weight')).toBe(true);
  });

  test('says of a regression that it is one', async () => {
    using model = await trained(fullFinetuning(), tinyTask({ problem: 'regression' }));
    expect(JSON.parse((await model.files())['config.json'] as string)).toMatchObject({
      id2label: { 0: 'LABEL_0' },
      problem_type: 'regression',
    });
  });

  test('can be read and written without an encoder', async () => {
    using model = await trained(fullFinetuning());
    const files = await model.files();
    expect(snapshotFiles(await read(files))).toEqual(files);
  });

  test('of another encoder, of no encoder, or without its name is refused', async () => {
    using model = await trained(fullFinetuning());
    const files = await model.files();
    await expect(read(files, { encoderFingerprint: 'another' })).rejects.toThrow(ModelFileError);
    await expect(read(files, { encoderFingerprint: 'another' })).rejects.toThrow(
      'memory/model.safetensors was trained on another encoder',
    );
    const bert = { ...target.encoder, prefix: 'bert' };
    await expect(read(files, { encoder: bert })).rejects.toThrow('unexpected roberta.embeddings');
    const bytes = files['model.safetensors'] as Uint8Array;
    const nameless = new TextDecoder('latin1').decode(bytes).replace('"name":"red"', '"name":"   "');
    await expect(
      read({ ...files, 'model.safetensors': Uint8Array.from(nameless, (char) => char.charCodeAt(0)) }),
    ).rejects.toThrow('is not a valid name for an adapter');
  });

  test('is not taken for that of an encoder, nor of another method', async () => {
    using model = await trained(fullFinetuning());
    const files = await model.files();
    const { 'model.safetensors': _, ...rest } = files;
    expect(await fullFinetuningReader(memoryFolder(rest), target)).toBeUndefined();
    const bytes = files['model.safetensors'] as Uint8Array;
    const text = new TextDecoder('latin1').decode(bytes).replace('full-finetuning', 'pull-finetuning');
    const other = { ...files, 'model.safetensors': Uint8Array.from(text, (char) => char.charCodeAt(0)) };
    expect(await fullFinetuningReader(memoryFolder(other), target)).toBeUndefined();
  });
});

test("BERT's own head, a linear layer on the pooler, is written and read", async () => {
  const device = new ReferenceDevice();
  using bert = await tinyEncoder(device);
  const options: HeadOptions = {
    ...{ problem: 'singleLabelClassification', outputs: 3, layout: 'static', name: '' },
    features: 'pooled',
  };
  const heads = { red: createHead(options) };
  using model = await TrainableModel.create({
    ...{ encoder: bert, method: fullFinetuning(), heads, adapterName: 'red', seed: 4 },
  });
  const all = [...(await model.parameters.read())];
  expect(all.map(([name]) => name)).toContain('bert.pooler.dense.weight');
  const pick = (task?: string): Map<string, (typeof all)[number][1]> =>
    new Map(all.filter(([name]) => model.headTask(name) === task));
  const snapshot: ModelSnapshot = {
    ...{ ...model.target, modelName: 'tiny', method: fullFinetuning(), tensors: pick() },
    heads: new Map([['red', { options, labels: ['a', 'b', 'c'], tensors: pick('red') }]]),
  };
  const bertTarget = { encoder: bert.architecture, encoderFingerprint: bert.fingerprint, modelName: 'tiny' };
  const again = await readSnapshot(memoryFolder(snapshotFiles(snapshot)), bertTarget, [fullFinetuningReader]);
  expect(again.heads).toEqual(snapshot.heads);
  expect(again.tensors).toEqual(snapshot.tensors);
  (await modelFromSnapshot(bert, again)).dispose();
});
