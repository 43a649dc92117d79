import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { type Outcome, run } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (name: string): string => join(folder, name);
const train = (out: string, ...more: string[]): Promise<Outcome> =>
  run(
    ...['train', '--encoder', world.encoder, '--data', world.data, '--task', 'glue/rte', '--out', at(out)],
    ...['--limit', '8', '--eval-limit', '4', '--max-steps', '1', '--device', 'onnx', ...more],
  );
const evaluate = (model: string): Promise<Outcome> =>
  run('evaluate', '--model', at(model), '--device', 'onnx');
const merge = (model: string, out = `${model}-merged`): Promise<Outcome> =>
  run('merge', '--model', at(model), '--out', at(out));

/** A copy of a model with a value of one JSON file replaced. */
function damaged(model: string, path: string, value: unknown, file = 'run.json'): string {
  const name = `${model}-damaged`;
  cpSync(at(model), at(name), { recursive: true, force: true });
  const where = join(at(name), file);
  const json = JSON.parse(readFileSync(where, 'utf8')) as Record<string, unknown>;
  const keys = path.split('.');
  let parent = json;
  for (const key of keys.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
  parent[keys.at(-1) as string] = value;
  writeFileSync(where, JSON.stringify(json));
  return name;
}

beforeAll(async () => {
  const first = await train('rte');
  expect(first.code, first.err).toBe(0);
  expect(first.err).toMatch(/^plan {7}1 step$/m);
  const second = await train('scalearn', '--sources', at('rte'));
  expect(second.code, second.err).toBe(0);
});

describe('a run.json that was edited or damaged is one sentence with the file and the field', () => {
  test.each<[string, unknown, RegExp]>([
    ['settings', null, /settings must be an object, and it is null/],
    [
      'settings.evalBatchSize',
      0,
      /settings\.evalBatchSize must be a whole number of at least 1, and it is 0/,
    ],
    ['settings.maxLength', 'x', /settings\.maxLength must be .*, and it is "x"/],
    ['settings.evalLimit', 1.5, /settings\.evalLimit must be .*, or null/],
    ['settings.own', { text: 'text' }, /settings\.own\.textPair is missing/],
    ['task', undefined, /task is missing/],
    ['task', 'glue/none', /glue\/none/],
    ['results', { test: null }, /results\.test must be an object of rows, metrics and loss, and it is null/],
    ['encoder.shape', [], /encoder\.shape\.modelType is missing/],
    ['encoder.shape.hiddenSize', 768, /encoder\.shape\.hiddenSize 768, but the encoder .* has 36/],
    ['encoder.shape.attentionDropout', 1, /attentionDropout must be at least 0 and below 1, or missing/],
    ['encoder.shape.attentionDropout', 0.5, /attentionDropout 0\.5, but the encoder .* has 0/],
    ['encoder.shape.layers', 9, /layers must be a whole number from 1 to 2, not 9/],
    ['files', 'all', /files must be a list of texts/],
    [
      'history',
      [{ epoch: { toString: 1 } }],
      /history\.\[0\]\.epoch|history\[0\]\.epoch must be .*, and it is {"toString": 1}/,
    ],
    ['encoder.shape.layers', 2 ** 31, /encoder\.shape\.layers must be a whole number from 1 to 1024/],
  ])('%s %j', async (path, value, message) => {
    const outcome = await evaluate(damaged('rte', path, value));
    expect(outcome.err).toMatch(message);
    expect(outcome.err).toContain(join(at('rte-damaged'), 'run.json'));
    expect(outcome.err).not.toMatch(/bug|\n./);
    expect([outcome.code, outcome.out]).toEqual([1, '']);
  });

  test.each([
    ['hiddenSize', 768, 36],
    ['layers', 3, 2],
  ])('merge holds the %s against the tensors', async (key, said, found) => {
    const outcome = await merge(damaged('scalearn', `encoder.shape.${key}`, said));
    expect(outcome.err).toMatch(
      new RegExp(`run\\.json says encoder\\.shape\\.${key} ${said}, but the tensors of .*rte have ${found}`),
    );
    expect([outcome.code, outcome.out]).toEqual([1, '']);
  });

  test('null', async () => {
    damaged('rte', 'task', 'glue/rte');
    writeFileSync(join(at('rte-damaged'), 'run.json'), 'null');
    expect(await evaluate('rte-damaged')).toMatchObject({
      code: 1,
      err: expect.stringContaining('run.json is not a JSON object'),
    });
  });
});

test('a run.json of before attentionDropout was written is read', async () => {
  const outcome = await evaluate(damaged('rte', 'encoder.shape.attentionDropout', undefined));
  expect(outcome.code, outcome.err).toBe(0);
});

test('values of other files that are refused are no wrong usage', async () => {
  const dropout = damaged('scalearn', 'config.dropout_ratio', 2, 'scalearn_config.json');
  expect(await evaluate(dropout)).toMatchObject({ code: 1, err: expect.stringContaining(at(dropout)) });
  const activation = damaged('rte', 'config.non_linearity', 'nope', 'adapter_config.json');
  expect(await train('out', '--sources', at(activation))).toMatchObject({
    code: 1,
    err: expect.stringContaining(at(activation)),
  });
});

test('weights that are not numbers are not blamed on the learning rate', async () => {
  const name = damaged('rte', 'task', 'glue/rte');
  const path = join(at(name), 'adapter.safetensors');
  const bytes = readFileSync(path);
  // After the length of the header and the header there are only f32 values; all bits set is NaN.
  bytes.fill(255, 8 + Number(bytes.readBigUInt64LE(0)));
  writeFileSync(path, bytes);
  const outcome = await evaluate(name);
  expect(outcome.err).toMatch(/predicts no finite number for row 0 of the test split; its files are damaged/);
  expect(outcome.err).not.toContain('earning rate');
  expect(outcome.code).toBe(1);
});

test('merging into the model that is read is refused', async () => {
  for (const out of ['scalearn', 'scalearn/inner', 'scalearn/rte/../deep/er'])
    expect(await merge('scalearn', out)).toMatchObject({
      code: 2,
      err: expect.stringContaining('--out is the model itself, or lies in it'),
    });
  expect(await merge('scalearn', 'scalearn-beside')).toMatchObject({
    code: 0,
    out: expect.stringContaining('(scalearn, 1 source) merged'),
  });
});
