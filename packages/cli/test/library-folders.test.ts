// Folders that programs save with saveModel: the command reads what scalearn.json says of them.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bottleneck, scalearn, type TrainedModel, train } from '@scalearn/core';
import { loadTask } from '@scalearn/datasets';
import { loadAdapter, loadEncoder } from '@scalearn/encoders';
import { loadModel, saveModel } from '@scalearn/models';
import { requestOnnxDevice } from '@scalearn/onnx';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { events, must, run, start } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (name: string): string => join(folder, name);
const onnx = ['--device', 'onnx'];
const text = 'the red cat sat '.repeat(9);
const textPair = 'the dog ran '.repeat(9);
/** A pair of texts with more tokens than the models read. */
const pair = ['--text', text, '--text-pair', textPair];
const models = ['adapter', 'stage2'];
/** Probabilities by label that the library computes. */
const scores: Record<string, Readonly<Record<string, number>>> = {};

beforeAll(async () => {
  await using device = await requestOnnxDevice({ threads: 1 });
  // One of the encoder's two layers, and shorter texts than those of folders that do not say.
  using encoder = await loadEncoder(world.encoder, { device, layers: 1 });
  const task = { ...(await loadTask('glue/rte', { data: world.data })), maxLength: 12 };
  const settings = { encoder, task, epochs: 1, learningRate: 0.01, batchSize: 8 };
  const save = async (model: TrainedModel, name: string): Promise<void> => {
    await saveModel(model, at(name), { calibration: { temperature: 3, threshold: 0.5 } });
    using loaded = await loadModel(at(name), { encoder });
    scores[name] = (await loaded.classify([[text, textPair]]))[0]!.scores;
    model.dispose();
  };
  await save(await train({ ...settings, method: bottleneck({ reductionFactor: 2 }) }), 'adapter');
  const sources = [await loadAdapter(at('adapter'))];
  await save(await train({ ...settings, method: scalearn({ sources }) }), 'stage2');
});

const expectScores = (found: unknown, name: string, digits = 5): void => {
  for (const [label, score] of Object.entries(scores[name]!))
    expect((found as Record<string, number>)[label]).toBeCloseTo(score, digits);
};

describe.each(models)('the folder %s of the library', (name) => {
  test('is predicted with its encoder, layers, length of texts and calibration', async () => {
    const outcome = await must('predict', '--model', at(name), ...pair, '--format', 'jsonl', ...onnx);
    expectScores(events<{ probabilities: object }>(outcome)[0]!.probabilities, name);
  });

  test('is evaluated on the task that it names', async () => {
    const outcome = await must('evaluate', '--model', at(name), '--data', world.data, '--json', ...onnx);
    expect(events(outcome)).toMatchObject([{ task: 'glue/rte', rows: 20 }]);
  });

  test('is exported', async () => {
    await must('export', '--model', at(name), '--out', at(`web-${name}`));
    const { model_max_length } = JSON.parse(
      readFileSync(join(at(`web-${name}`), 'tokenizer_config.json'), 'utf8'),
    ) as { model_max_length: number };
    expect(model_max_length).toBe(12);
  });
});

test('a folder of the library is served with its calibration', async () => {
  const running = start(['serve', '--port', '0', '--json', ...onnx, '--model', at('adapter')]);
  const { url } = JSON.parse(await running.firstLine()) as { url: string };
  const answer = await fetch(`${url}/v1/classify`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ inputs: [[text, textPair]] }),
  });
  const { outputs } = (await answer.json()) as { outputs: { scores: object }[] };
  expectScores(outputs[0]!.scores, 'adapter');
  running.process.kill('SIGTERM');
  await running.ended;
});

test('a ScaLearn model of the library is merged, and answers as before', async () => {
  const { out } = await must('merge', '--model', at('stage2'), '--out', at('merged'));
  expect(out).toContain('stage2 (scalearn) merged into one adapter');
  await using device = await requestOnnxDevice({ threads: 1 });
  using merged = await loadModel(at('merged'), { device });
  const [answer] = await merged.classify([[text, textPair]]);
  expectScores(answer!.scores, 'stage2', 4);
  expect(merged.model.task).toMatchObject({ id: 'glue/rte', maxLength: 12 });
});

test('an adapter of the library is a source, and names the encoder', async () => {
  const out = at('from-library');
  await must(
    ...['train', '--task', 'glue/rte', '--data', world.data, '--sources', at('adapter'), '--out', out],
    ...['--epochs', '1', '--quiet', ...onnx],
  );
  const { encoder, sources } = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'));
  expect(encoder).toMatchObject({ path: world.encoder, shape: { layers: 1 } });
  expect(sources).toMatchObject([{ name: 'rte' }]);
});

test('train says that it needs an encoder where the sources name none', async () => {
  const outcome = await run('train', '--task', 'glue/rte', '--data', world.data, '--out', at('nothing'));
  expect(outcome).toMatchObject({
    code: 2,
    err: "error: required option '--encoder <name>' not specified\n",
  });
});

test('a folder whose encoder is nowhere says so', async () => {
  const path = join(at('adapter'), 'scalearn.json');
  const kept = readFileSync(path, 'utf8');
  const info = JSON.parse(kept);
  const predicted = async (change: object): Promise<string> => {
    writeFileSync(path, JSON.stringify({ ...info, ...change }));
    return (await run('predict', '--model', at('adapter'), ...pair, ...onnx)).err;
  };
  expect(await predicted({ encoder: { ...info.encoder, source: null } })).toMatch(
    /adapter does not say where its encoder, encoder, can be loaded from, so --encoder must be given/,
  );
  expect(await predicted({ encoder: { ...info.encoder, source: '/nowhere/encoder' } })).toMatch(
    /There is no folder \/nowhere\/encoder; check the path of the encoder \(--encoder\)/,
  );
  expect(await predicted({ encoder: { ...info.encoder, fingerprint: 'f'.repeat(64) } })).toMatch(
    /was trained on another encoder/,
  );
  expect(await predicted({ tasks: [{ ...info.tasks[0], labels: ['a', 'b', 'c'] }] })).toMatch(
    /says that glue\/rte has 3 outputs .*; the model's head does not/,
  );
  writeFileSync(path, kept);
});
