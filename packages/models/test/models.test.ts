import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encoderFolder } from '@scalearn/assets-mini';
import { adapterM } from '@scalearn/baselines';
import { ArgumentError, bottleneck, type Device, type TrainingTask, train } from '@scalearn/core';
import { loadEncoder, memoryFolder, type TransformerEncoder } from '@scalearn/encoders';
import { requestOnnxDevice } from '@scalearn/onnx';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { calibrate, loadModel, ModelError, modelFiles, saveModel } from '../src/index.ts';

const texts = ['a good film', 'a bad film', 'it was good', 'it was bad'];
const rows = texts.map((text) => ({ segments: [text] as const, label: text.includes('good') ? 1 : 0 }));
const reviews: TrainingTask = {
  ...{ id: 'mine/reviews', problem: 'singleLabelClassification', labels: ['negative', 'positive'] },
  ...{ maxLength: 32, truncation: 'longestFirst', train: rows, validation: rows },
};
const settings = { learningRate: 1e-3, epochs: 1, batchSize: 4, seed: 0 };

let device: Device;
let encoder: TransformerEncoder;
let folder: string;
beforeAll(async () => {
  device = await requestOnnxDevice({ threads: 1 });
  encoder = await loadEncoder(encoderFolder, { device, layers: 2 });
  folder = await mkdtemp(join(tmpdir(), 'scalearn-models-'));
});
afterAll(async () => {
  encoder.dispose();
  await device.dispose();
  await rm(folder, { recursive: true });
});

const trained = (task = reviews) => train({ ...settings, encoder, task, method: bottleneck() });

describe('a saved model', () => {
  test('loads with its encoder and its layers, and classifies as it did', async () => {
    using model = await trained();
    const path = join(folder, 'reviews');
    await saveModel(model, path);
    expect(await readdir(folder)).toEqual(['reviews']);
    expect(await readFile(join(path, 'README.md'), 'utf8')).toContain('model.load_adapter("this folder"');
    using loaded = await loadModel(path, { device });
    expect(loaded.encoder.architecture.layers).toBe(2);
    expect(loaded.warnings).toEqual([]);
    const { logits } = await model.predictTexts([['a good film'], ['a bad one']]);
    const [good, bad] = await loaded.classify(['a good film', 'a bad one']);
    const odds = Math.exp(logits[1]! - logits[0]!);
    expect(good!.scores.positive).toBeCloseTo(odds / (1 + odds), 5);
    expect(good!.scores.positive! + good!.scores.negative!).toBeCloseTo(1, 12);
    expect(good!.score).toBe(good!.scores[good!.label]);
    expect(good!.labels).toEqual([good!.label]);
    expect(bad!.label).toBe(logits[3]! > logits[2]! ? 'positive' : 'negative');
  });

  test('shares an encoder that is given, and leaves it to its owner', async () => {
    using model = await trained();
    const files = memoryFolder(await modelFiles(model));
    const first = await loadModel(files, { encoder });
    first.dispose();
    using second = await loadModel(files, { encoder });
    expect(await second.classify(['good'])).toHaveLength(1);
  });

  test('is refused on another encoder', async () => {
    using model = await trained();
    const files = memoryFolder(await modelFiles(model));
    using other = await loadEncoder(encoderFolder, { device, layers: 1 });
    await expect(loadModel(files, { encoder: other })).rejects.toThrow(/was trained on another encoder/);
  });

  test('says what to give if its encoder has moved, or is not known', async () => {
    using model = await trained();
    const moved = memoryFolder(await modelFiles(model, { encoder: '/nowhere/encoder' }));
    await expect(loadModel(moved, { device })).rejects.toThrow(/Give encoder: where it is now/);
    using loaded = await loadModel(moved, { device, encoder: encoderFolder });
    expect(loaded.task().labels).toEqual(reviews.labels);
    const { 'scalearn.json': _, ...others } = await modelFiles(model);
    const foreign = memoryFolder(others);
    await expect(loadModel(foreign, { device })).rejects.toThrow(/does not say where its encoder/);
    using found = await loadModel(foreign, { encoder });
    expect((await found.classify(['good']))[0]!.scores).toHaveProperty('positive');
  });

  test('of several tasks classifies for the one that is named', async () => {
    const others = { ...reviews, id: 'mine/others', labels: ['a', 'b'] };
    using model = await train({ ...settings, encoder, tasks: [reviews, others], method: adapterM() });
    using loaded = await loadModel(memoryFolder(await modelFiles(model)), { encoder });
    expect((await loaded.classify(['x'], { task: 'mine/others' }))[0]!.scores).toHaveProperty('b');
    expect((await loaded.classify(['x'], { task: 'reviews' }))[0]!.scores).toHaveProperty('positive');
    await expect(loaded.classify(['x'])).rejects.toThrow(/several tasks \(mine\/reviews, mine\/others\)/);
    await expect(loaded.classify(['x'], { task: 'no' })).rejects.toThrow(ArgumentError);
  });

  test('of scores gives scores, and says so if classes are asked for', async () => {
    const scores = rows.map(({ segments, label }) => ({ segments, label: label + 0.5 }));
    using model = await trained({
      ...{ ...reviews, problem: 'regression', labels: null, train: scores, validation: scores },
    });
    using loaded = await loadModel(memoryFolder(await modelFiles(model)), { encoder });
    expect(await loaded.score(['a good film'])).toEqual([expect.any(Number)]);
    await expect(loaded.classify(['x'])).rejects.toThrow(/use score\(\)/);
  });

  test('of labels predicts those above its threshold, with its temperature', async () => {
    const several = rows.map(({ segments, label }) => ({ segments, label: [label, 1] }));
    using model = await trained({
      ...{ ...reviews, problem: 'multiLabelClassification', train: several, validation: several },
    });
    const { logits } = await model.predictTexts([['good']]);
    const all = { temperature: 2, threshold: 0 };
    using loaded = await loadModel(memoryFolder(await modelFiles(model, { calibration: all })), { encoder });
    const [good] = await loaded.classify(['good']);
    expect(good!.labels).toEqual(reviews.labels);
    expect(good!.scores.negative).toBeCloseTo(1 / (1 + Math.exp(-logits[0]! / 2)), 5);
    const none = memoryFolder(await modelFiles(model, { calibration: { temperature: 1, threshold: 0.999 } }));
    using strict = await loadModel(none, { encoder });
    expect((await strict.classify(['good']))[0]!.labels).toEqual([]);
  });
});

test('calibration is fitted to labeled rows', async () => {
  using model = await trained();
  const many = Array.from({ length: 10 }, () => rows).flat();
  const { temperature, threshold } = await calibrate(model, many);
  expect(temperature).not.toBe(1);
  expect(threshold).toBe(0.5);
  expect(await calibrate(model, rows)).toEqual({ temperature: 1, threshold: 0.5 });
});

describe('a folder', () => {
  test('that exists is replaced only if it is asked for, and then whole', async () => {
    using model = await trained();
    const path = join(folder, 'twice');
    await saveModel(model, path);
    await writeFile(join(path, 'note.txt'), 'mine');
    await expect(saveModel(model, path)).rejects.toThrow(/exists; choose another folder/);
    expect(await readFile(join(path, 'note.txt'), 'utf8')).toBe('mine');
    await saveModel(model, path, { overwrite: true });
    expect(await readdir(path)).not.toContain('note.txt');
    expect((await readdir(folder)).filter((name) => name.startsWith('twice'))).toEqual(['twice']);
  });

  test('that cannot be written is an error, and nothing is left', async () => {
    using model = await trained();
    await writeFile(join(folder, 'file'), '');
    await expect(saveModel(model, join(folder, 'file', 'model'))).rejects.toThrow(ModelError);
  });

  test.each([
    ['{', /is not JSON/],
    ['{"formatVersion":2}', /formatVersion is 2; it must be 1/],
    ['{"formatVersion":1,"encoder":{},"tasks":[]}', /tasks is empty/],
    [
      '{"formatVersion":1,"encoder":{"name":"a","fingerprint":"b","layers":2,"source":null},"tasks":[{"problem":"regression","labels":["a"]}]}',
      /labels must be null for regression/,
    ],
    ['{"formatVersion":1,"encoder":{"name":"a","place":"b"},"tasks":[{}]}', /encoder.place is not known/],
  ])('with a damaged scalearn.json is refused: %s', async (text, message) => {
    using model = await trained();
    const files = memoryFolder({ ...(await modelFiles(model)), 'scalearn.json': text });
    await expect(loadModel(files, { encoder })).rejects.toThrow(message);
  });

  test('of the command without scalearn.json is refused, because the length of its texts is not known', async () => {
    using model = await trained();
    const { 'scalearn.json': _, ...others } = await modelFiles(model, { files: { 'run.json': '{}' } });
    await expect(loadModel(memoryFolder(others), { encoder })).rejects.toThrow(/is of an earlier version/);
  });

  test('whose scalearn.json is of another model is refused', async () => {
    using model = await trained();
    const text = String((await modelFiles(model))['scalearn.json']).replace(
      '"positive"',
      '"positive", "mixed"',
    );
    const files = memoryFolder({ ...(await modelFiles(model)), 'scalearn.json': text });
    await expect(loadModel(files, { encoder })).rejects.toThrow(/3 outputs/);
  });
});
