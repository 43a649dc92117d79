import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adapterFolder, encoderFolder, type SourceTask } from '@scalearn/assets-mini';
import { softmaxProbabilities } from '@scalearn/evaluation';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { exportedLogits, pipelineProbabilities, type Texts } from './support/exported.ts';
import { colors, sentence } from './support/own-files.ts';
import { events, must, type Outcome, run } from './support/run.ts';
import { scratchFolder, tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const at = (name: string): string => join(folder, name);
const exported = (model: string, out: string, ...more: string[]): Promise<Outcome> =>
  must('export', '--model', model, '--out', at(out), '--format', 'onnx', ...more);

/** What `scalearn predict` says about texts. */
async function predicted(
  model: string,
  texts: readonly Texts[],
  ...more: string[]
): Promise<{ probabilities: Record<string, number>; score: number }[]> {
  const rows = texts.map(([text, textPair]) => JSON.stringify({ text, textPair }));
  writeFileSync(at('texts.jsonl'), `${rows.join('\n')}\n`);
  const columns = ['--text-column', 'text', ...(texts[0]?.[1] ? ['--text-pair-column', 'textPair'] : [])];
  const input = ['--input', at('texts.jsonl'), ...columns];
  const outcome = await must(
    ...['predict', '--model', model, '--device', 'onnx', '--format', 'jsonl', ...input, ...more],
  );
  return events<{ probabilities: Record<string, number>; score: number }>(outcome);
}

const largest = (a: readonly number[], b: readonly number[]): number => {
  expect(a.length).toBe(b.length);
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number))));
};

const softmaxRows = (logits: readonly number[][]): number[] =>
  logits.flatMap((row) => [
    ...softmaxProbabilities({ logits: Float32Array.from(row), rows: 1, columns: row.length }),
  ]);

const mini = ['--encoder', fileURLToPath(encoderFolder)];
const stored = (task: SourceTask): string => fileURLToPath(adapterFolder(task));

describe('a stored adapter of the mini encoder', () => {
  const single: readonly Texts[] = [
    ['the film was a quiet joy .'],
    ['dull'],
    ['nobody liked the slow story , and the music was worse than anyone had feared .'],
    ['Wörter — それ 🙂 unknown'],
  ];

  test('labels texts in the pipeline of transformers.js as it does here, in a batch and alone', async () => {
    const model = stored('sst2');
    await exported(model, 'sst2', ...mini);
    const texts = single.map(([text]) => text);
    const expected = await predicted(model, single, ...mini);
    const together = await pipelineProbabilities(at('sst2'), texts);
    const alone = await Promise.all(texts.map((text) => pipelineProbabilities(at('sst2'), [text])));
    for (const [i, { probabilities }] of expected.entries()) {
      const labels = Object.keys(probabilities);
      const values = labels.map((label) => probabilities[label] as number);
      const of = (answer: Record<string, number> | undefined): number[] =>
        labels.map((label) => answer?.[label] as number);
      expect(largest(of(together[i]), values)).toBeLessThan(1e-5);
      expect(largest(of(alone[i]?.[0]), values)).toBeLessThan(1e-5);
    }
  });

  test('has a tokenizer.json even where its encoder has only vocab.txt', async () => {
    const old = at('old-encoder');
    cpSync(fileURLToPath(encoderFolder), old, { recursive: true });
    const tokenizer = JSON.parse(readFileSync(join(old, 'tokenizer.json'), 'utf8'));
    rmSync(join(old, 'tokenizer.json'));
    const { vocab } = tokenizer.model as { vocab: Record<string, number> };
    const tokens = Object.keys(vocab).sort((a, b) => (vocab[a] as number) - (vocab[b] as number));
    writeFileSync(join(old, 'vocab.txt'), `${tokens.join('\n')}\n`);
    await exported(stored('sst2'), 'of-old', '--encoder', old);
    expect(JSON.parse(readFileSync(at('of-old/tokenizer.json'), 'utf8'))).toEqual(tokenizer);
    const [answer] = await pipelineProbabilities(at('of-old'), ['the film was a quiet joy .']);
    const [expected] = await predicted(stored('sst2'), single.slice(0, 1), ...mini);
    const { probabilities } = expected as { probabilities: Record<string, number> };
    const labels = Object.keys(probabilities);
    const values = (of: Record<string, number>): number[] => labels.map((label) => of[label] as number);
    expect(largest(values(answer as Record<string, number>), values(probabilities))).toBeLessThan(1e-5);
  });

  test('is a folder as transformers.js has it', () => {
    expect(readdirSync(at('sst2')).sort()).toEqual([
      'config.json',
      'onnx',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    expect(readdirSync(at('sst2/onnx'))).toEqual(['model.onnx']);
    expect(JSON.parse(readFileSync(at('sst2/config.json'), 'utf8'))).toMatchObject({
      architectures: ['BertForSequenceClassification'],
      problem_type: 'single_label_classification',
      id2label: { 0: expect.any(String), 1: expect.any(String) },
      'transformers.js_config': { dtype: 'fp32' },
    });
    expect(JSON.parse(readFileSync(at('sst2/tokenizer_config.json'), 'utf8'))).toMatchObject({
      tokenizer_class: 'BertTokenizer',
      model_max_length: 128,
      pad_token: '[PAD]',
    });
  });

  test('answers in plain ONNX Runtime', async () => {
    const session = await ort.InferenceSession.create(at('sst2/onnx/model.onnx'));
    expect([session.inputNames, session.outputNames]).toEqual([
      ['input_ids', 'attention_mask', 'token_type_ids'],
      ['logits'],
    ]);
    const row = (...values: number[]): ort.Tensor =>
      new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
    const { logits } = await session.run({
      input_ids: row(2, 8, 9, 3),
      attention_mask: row(1, 1, 1, 1),
      token_type_ids: row(0, 0, 0, 0),
    });
    expect(logits?.dims).toEqual([1, 2]);
    await session.release();
  });

  test('gives scores where the task is a regression', async () => {
    const model = stored('stsb');
    await exported(model, 'stsb', ...mini);
    const pairs: readonly Texts[] = [
      ['a man plays a guitar .', 'a man is playing music .'],
      ['the cat sleeps .', 'stocks fell on monday after the news came in .'],
    ];
    const expected = (await predicted(model, pairs, ...mini)).map(({ score }) => score);
    expect(largest((await exportedLogits(at('stsb'), pairs)).flat(), expected)).toBeLessThan(1e-4);
    const { id2label, problem_type } = JSON.parse(readFileSync(at('stsb/config.json'), 'utf8'));
    expect([id2label, problem_type]).toEqual([{ 0: 'LABEL_0' }, 'regression']);
  });
});

describe('a model that learned to use others', () => {
  const pairs: readonly Texts[] = [
    ['Anna has two cats .', 'Anna has a cat .'],
    ['No one came .', 'Everyone who had been asked to come to the house on the hill came early .'],
    ['A dog ran through the long grass behind the old school .', 'A dog ran .'],
    ['It rained .', 'It rained .'],
    ['The boat left before the storm came in over the bay .', 'The boat stayed .'],
  ];
  const [f32, f16] = [{ dtype: 'fp32' }, { dtype: 'fp16' }] as const;
  let expected: number[];

  beforeAll(async () => {
    await must(
      ...['train', ...mini, '--task', 'miniglue/rte', '--limit', '32', '--max-steps', '6', '--quiet'],
      ...['--method', 'scalearn', '--sources', ...(['mnli', 'qnli', 'rte'] as const).map(stored)],
      ...['--device', 'onnx', '--out', at('scalearn')],
    );
    await exported(at('scalearn'), 'web', '--dtype', 'f32', 'f16');
    const rows = await predicted(at('scalearn'), pairs);
    expected = rows.flatMap(({ probabilities }) => Object.values(probabilities));
  });

  test.each([5, 2, 1])('gives the same probabilities in batches of %i', async (batchSize) => {
    const logits = await exportedLogits(at('web'), pairs, { ...f32, batchSize });
    expect(largest(softmaxRows(logits), expected)).toBeLessThan(1e-5);
  });

  test('and nearly the same from half the bytes', async () => {
    const difference = largest(softmaxRows(await exportedLogits(at('web'), pairs, f16)), expected);
    expect(difference).toBeLessThan(1e-3);
    expect(difference).toBeGreaterThan(1e-8);
    const [whole, half] = ['model', 'model_fp16'].map((name) => readFileSync(at(`web/onnx/${name}.onnx`)));
    expect(half?.length).toBeLessThan((whole?.length as number) * 0.52);
  });

  test('says what it wrote', async () => {
    const text = await exported(at('scalearn'), 'said', '--dtype', 'f16');
    expect(text.out).toMatch(
      /scalearn \(scalearn\) exported as onnx\/model_fp16\.onnx \(2\.\d MiB\)\nsaved in /,
    );
    const [event] = events(await exported(at('scalearn'), 'said-json', '--json'));
    expect(event).toMatchObject({
      ...{ event: 'done', task: 'miniglue/rte', method: 'scalearn', format: 'onnx' },
      files: { 'onnx/model.onnx': readFileSync(at('said-json/onnx/model.onnx')).length },
    });
    const config = JSON.parse(readFileSync(at('said/config.json'), 'utf8'));
    expect(config['transformers.js_config']).toEqual({ dtype: 'fp16' });
  });
});

describe('an encoder whose files say little', () => {
  const world = tinyWorld(folder);

  test('gets what transformers.js pads with, and where it cuts', async () => {
    await must(
      ...['train', '--encoder', world.encoder, '--task', colors(folder), '--out', at('colors')],
      ...['--device', 'onnx', '--max-steps', '4', '--max-length', '12', '--quiet'],
    );
    await exported(at('colors'), 'colors-web');
    expect(JSON.parse(readFileSync(at('colors-web/tokenizer_config.json'), 'utf8'))).toEqual({
      ...{ tokenizer_class: 'BertTokenizer', model_max_length: 12, pad_token: '[PAD]' },
    });
    const texts = [sentence(0), 'red', sentence(5)];
    const expected = await predicted(
      at('colors'),
      texts.map((text): Texts => [text]),
    );
    const found = await pipelineProbabilities(at('colors-web'), texts);
    for (const [i, { probabilities }] of expected.entries())
      for (const [label, value] of Object.entries(probabilities))
        expect(found[i]?.[label]).toBeCloseTo(value, 5);
  });

  test('one of several tasks has to be named', async () => {
    await must(
      ...['train', '--encoder', world.encoder, '--data', world.data, '--tasks', 'glue/rte', 'glue/stsb'],
      ...['--method', 'adapter-m', '--out', at('joint'), '--device', 'onnx', '--max-steps', '4', '--quiet'],
    );
    const args = ['export', '--model', at('joint'), '--out', at('joint-web')];
    const unnamed = await run(...args);
    expect([unnamed.code, unnamed.err]).toEqual([2, expect.stringContaining('say which with --task')]);
    const other = await run(...args, '--task', 'glue/mnli');
    expect([other.code, other.err]).toEqual([2, expect.stringContaining('not for glue/mnli')]);
    expect(existsSync(at('joint-web'))).toBe(false);
    await must(...args, '--task', 'glue/rte');
    const pairs: readonly Texts[] = [
      ['the red cat sat', 'a cat sat'],
      ['the dog', 'the slow dog ran under the tree'],
    ];
    const rows = await predicted(at('joint'), pairs, '--task', 'glue/rte');
    const expected = rows.flatMap(({ probabilities }) => Object.values(probabilities));
    expect(largest(softmaxRows(await exportedLogits(at('joint-web'), pairs)), expected)).toBeLessThan(1e-5);
  });
});

describe('what cannot be exported changes nothing', () => {
  const model = stored('sst2');
  test.each<[string, number, string[], RegExp]>([
    ['no model', 1, ['--model', at('none'), '--out', at('out')], /There is no folder .*none/],
    [
      'no encoder',
      2,
      ['--model', model, '--out', at('out')],
      /does not say where its encoder can be loaded from, so --encoder must be given/,
    ],
    [
      'another format',
      2,
      ['--model', model, '--out', at('out'), ...mini, '--format', 'onxx'],
      /Did you mean onnx\? It must be one of onnx/,
    ],
    [
      'another type',
      2,
      ['--model', model, '--out', at('out'), ...mini, '--dtype', 'f32', 'int8'],
      /It must be one of f32, f16/,
    ],
    [
      'the model as its own export',
      2,
      ['--model', model, '--out', join(model, 'web'), ...mini],
      /lies in it/,
    ],
  ])('%s', async (_, code, args, message) => {
    const outcome = await run('export', ...args);
    expect(outcome.err).toMatch(message);
    expect([outcome.code, existsSync(at('out')), existsSync(join(model, 'web'))]).toEqual([
      code,
      false,
      false,
    ]);
  });

  test('a folder with something in it', async () => {
    mkdirSync(at('full'));
    writeFileSync(at('full/notes.txt'), 'keep');
    const outcome = await run('export', '--model', model, '--out', at('full'), ...mini);
    expect([outcome.code, outcome.err]).toEqual([
      2,
      expect.stringContaining('full is not empty; choose another'),
    ]);
    expect(readdirSync(at('full'))).toEqual(['notes.txt']);
  });
});
