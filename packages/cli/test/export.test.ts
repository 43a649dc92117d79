import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adapterFolder, encoderFolder, type SourceTask } from '@scalearn/assets-mini';
import { softmaxProbabilities } from '@scalearn/evaluation';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { exportedLogits, pipelineProbabilities, type Texts } from './support/exported.ts';
import { colors, sentence } from './support/own-files.ts';
import { events, must, type Outcome, run } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

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
      'README.md',
      'config.json',
      'export.json',
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

describe('scores', () => {
  const card = (out: string): string => readFileSync(join(out, 'README.md'), 'utf8');

  test('are not measured without data, and the card says so', async () => {
    await exported(stored('sst2'), 'unscored', ...mini);
    expect(card(at('unscored'))).toContain(
      'The loss of accuracy was not measured: the folder of the model has',
    );
    await exported(stored('sst2'), 'unwanted', ...mini, '--task', 'miniglue/sst2', '--eval-limit', '0');
    expect(card(at('unwanted'))).toContain('not measured: it was not asked for');
    expect(JSON.parse(readFileSync(at('unwanted/export.json'), 'utf8'))).toMatchObject({
      measured: null,
      types: [{ dtype: 'f32', file: 'onnx/model.onnx' }],
    });
  });

  test('are measured on another task, or on rows of a file', async () => {
    const named = await exported(
      ...[stored('sst2'), 'named', ...mini, '--task', 'miniglue/sst2', '--eval-limit', '20'],
    );
    expect(named.out).toContain('20 test rows of miniglue/sst2');
    writeFileSync(at('rows.csv'), 'text,label\nthe film was a quiet joy .,positive\ndull,negative\n');
    const labels = ['--text', 'text', '--label', 'label'];
    const own = await exported(at('own-model'), 'own', '--task', at('rows.csv'), ...labels);
    expect(own.out).toContain('2 test rows of ');
    expect(card(at('own'))).toMatch(/accuracy on 2 test rows of own\/rows/);
    expect(JSON.parse(readFileSync(at('own/export.json'), 'utf8')).task).toBe('miniglue/sst2');
  });

  test('of a model that has diverged are an error that says so', async () => {
    cpSync(at('own-model'), at('diverged'), { recursive: true });
    const head = at('diverged/model_head.safetensors');
    const content = readFileSync(head);
    content.writeFloatLE(Number.NaN, content.length - 4);
    writeFileSync(head, content);
    const outcome = await run('export', '--model', at('diverged'), '--out', at('diverged-web'));
    expect(outcome.err).toMatch(/predicts no finite number for row 0 of the test split/);
    expect([outcome.code, existsSync(at('diverged-web'))]).toEqual([1, false]);
  });

  test('of a task that was named and cannot be read are an error; those of a run that cannot are left out', async () => {
    const args = ['export', '--model', at('moved'), '--out', at('moved-web')];
    const outcome = await run(...args, '--task', at('none.csv'));
    expect([outcome.code, existsSync(at('moved-web'))]).toEqual([1, false]);
    const left = await must(...args);
    expect(left.err).toContain('could not be read, so the export is not scored');
    expect(card(at('moved-web'))).toContain('could not be read.');
  });

  beforeAll(async () => {
    const training = ['train', ...mini, '--device', 'onnx', '--max-steps', '2', '--limit', '16', '--quiet'];
    await must(...training, '--task', 'miniglue/sst2', '--eval-limit', '16', '--out', at('own-model'));
    const rows = colors(folder);
    cpSync(rows, at('moving.csv'));
    await must(...training, '--task', at('moving.csv'), '--out', at('moved'));
    rmSync(at('moving.csv'));
  });
});

describe('--overwrite', () => {
  const out = at('over');
  const first = ['--model', stored('sst2'), '--out', out];
  const second = ['--model', stored('stsb'), '--out', out, ...mini, '--overwrite'];

  test('replaces the files of an export, removes those that are no longer written, and leaves others', async () => {
    await must('export', ...first, ...mini, '--dtype', 'f16');
    writeFileSync(join(out, 'index.html'), 'a page');
    await must('export', ...second);
    expect(readdirSync(join(out, 'onnx'))).toEqual(['model.onnx']);
    expect(readFileSync(join(out, 'index.html'), 'utf8')).toBe('a page');
    expect(JSON.parse(readFileSync(join(out, 'export.json'), 'utf8'))).toMatchObject({
      task: expect.stringContaining('stsb'),
      files: expect.arrayContaining(['config.json', 'export.json', 'onnx/model.onnx']),
    });
  });

  test('leaves the old export as it was when the new one fails', async () => {
    const before = readFileSync(join(out, 'config.json'), 'utf8');
    const outcome = await run('export', ...first, '--overwrite', '--encoder', at('none'));
    expect(outcome.code).not.toBe(0);
    expect(readFileSync(join(out, 'config.json'), 'utf8')).toBe(before);
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
  let said: Outcome;

  beforeAll(async () => {
    await must(
      ...['train', ...mini, '--task', 'miniglue/rte', '--limit', '32', '--max-steps', '6', '--quiet'],
      ...['--method', 'scalearn', '--sources', ...(['mnli', 'qnli', 'rte'] as const).map(stored)],
      ...['--device', 'onnx', '--eval-limit', '48', '--out', at('scalearn')],
    );
    said = await exported(at('scalearn'), 'web', '--dtype', 'fp32', 'f16', 'q8', 'q4');
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

  test.each([
    ['q8', 'model_quantized', 0.3, 0.02],
    ['q4', 'model_q4', 0.25, 0.1],
  ] as const)('and similar ones from %s', async (dtype, file, size, most) => {
    const difference = largest(softmaxRows(await exportedLogits(at('web'), pairs, { dtype })), expected);
    expect(difference).toBeLessThan(most);
    expect(difference).toBeGreaterThan(1e-6);
    const [whole, small] = ['model', file].map((name) => readFileSync(at(`web/onnx/${name}.onnx`)));
    expect((small?.length as number) / (whole?.length as number)).toBeLessThan(size);
  });

  test('is scored on the test rows in each type; f32 scores what evaluate says', async () => {
    const [evaluated] = events<{ metrics: { accuracy: number } }>(
      await must('evaluate', '--model', at('scalearn'), '--device', 'onnx', '--json'),
    );
    const { accuracy } = (evaluated as NonNullable<typeof evaluated>).metrics;
    const { types, measured } = JSON.parse(readFileSync(at('web/export.json'), 'utf8')) as {
      types: { dtype: string; metrics: { accuracy: number }; rows: number; rowsPerSecond: number }[];
      measured: string;
    };
    expect([types.map(({ dtype }) => dtype), measured]).toEqual([['f32', 'f16', 'q8', 'q4'], 'miniglue/rte']);
    expect(types[0]?.metrics.accuracy).toBeCloseTo(accuracy, 10);
    for (const { metrics, rows, rowsPerSecond } of types) {
      expect(Math.abs(metrics.accuracy - accuracy)).toBeLessThan(0.2);
      expect(rows).toBe(48);
      expect(rowsPerSecond).toBeGreaterThan(1);
    }
    expect(said.out).toMatch(/q4 +[\d.]+ [KM]iB +0\.\d{4} +-?0\.\d{4} +[\d,]+\n/);
    expect(said.out).toContain('48 test rows of miniglue/rte, with ONNX Runtime');
    const card = readFileSync(at('web/README.md'), 'utf8');
    expect(card).toMatch(/\| `onnx\/model_q4\.onnx` \| q4 \| 0\.\d \| 0\.\d+ \([+−]0\.\d+\) \| \d+ \|/);
    expect(card).toContain(`| f32 | 4.2 | ${accuracy.toFixed(2)} |`);
  });

  test('has the calibration that the folder of the model stores', async () => {
    cpSync(at('scalearn'), at('calibrated'), { recursive: true });
    const path = at('calibrated/scalearn.json');
    const info = JSON.parse(readFileSync(path, 'utf8'));
    const [task] = info.tasks;
    writeFileSync(path, JSON.stringify({ ...info, tasks: [{ ...task, temperature: 4 }] }));
    await exported(at('calibrated'), 'calibrated-web', '--eval-limit', '0');
    const cold = await exportedLogits(at('web'), pairs, f32);
    const hot = await exportedLogits(at('calibrated-web'), pairs, f32);
    expect(
      largest(
        hot.flat(),
        cold.flat().map((value) => (value * task.temperature) / 4),
      ),
    ).toBeLessThan(1e-5);
    expect(JSON.parse(readFileSync(at('calibrated-web/config.json'), 'utf8')).calibration).toEqual({
      temperature: 4,
    });
  });

  test('shares a file with other models of its encoder', async () => {
    const [one, two] = [at('scalearn'), stored('stsb')];
    const said = await must(
      ...['export', '--model', one, `scores=${two}`, '--out', at('both'), ...mini, '--dtype', 'f32', 'q8'],
    );
    await exported(two, 'second', ...mini);
    for (const [index, alone] of ['web', 'second'].entries()) {
      const expected = await exportedLogits(at(alone), pairs, f32);
      const found = await exportedLogits(at('both'), pairs, { ...f32, index });
      expect(found[0]?.length).toBe(index === 0 ? 2 : 1);
      expect(largest(found.flat(), expected.flat())).toBeLessThan(1e-4);
      const small = await exportedLogits(at('both'), pairs, { dtype: 'q8', index });
      expect(largest(small.flat(), expected.flat())).toBeLessThan(0.3);
    }
    const [alone, both] = ['web', 'both'].map((out) => readFileSync(at(`${out}/onnx/model.onnx`)).length);
    expect(both).toBeLessThan((alone as number) * 1.15);
    expect(said.out).toMatch(/scalearn, .*stsb.* exported as onnx\/model\.onnx/);
    expect(said.out).toMatch(/\nscalearn\n.*accuracy[\s\S]*48 test rows of miniglue\/rte/);
    const description = JSON.parse(readFileSync(at('both/export.json'), 'utf8'));
    expect(description).toMatchObject({
      models: [
        { name: 'scalearn', task: 'miniglue/rte', method: 'scalearn', measured: 'miniglue/rte' },
        { name: 'scores', method: null, measured: null },
      ],
      types: [{ dtype: 'f32', models: [{ name: 'scalearn', rows: 48 }] }, { dtype: 'q8' }],
    });
    const card = readFileSync(at('both/README.md'), 'utf8');
    expect(card).toContain('not measured: scores: the folder of the model has no run.json');
    expect(card).toContain('// 0: scalearn, 1: scores');
  });

  test('says what it wrote', async () => {
    const text = await exported(at('scalearn'), 'said', '--dtype', 'f16', '--eval-limit', '5');
    expect(text.out).toMatch(
      /scalearn \(scalearn\) exported as onnx\/model_fp16\.onnx \(2\.\d MiB\)\nsaved in /,
    );
    // f32 was measured for comparison, and not written.
    expect(text.out).toMatch(/\nf16 .*\nf32 .*\n\n5 test rows/);
    expect(readdirSync(at('said/onnx'))).toEqual(['model_fp16.onnx']);
    const [event] = events(await exported(at('scalearn'), 'said-json', '--json'));
    expect(event).toMatchObject({
      ...{ event: 'done', task: 'miniglue/rte', method: 'scalearn', format: 'onnx' },
      types: [{ dtype: 'f32', file: 'onnx/model.onnx', rows: 48 }],
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
    // Among several models a joint one counts as one for each of its tasks.
    await must('export', '--model', at('joint'), `more=${at('joint')}`, '--out', at('joint-all'));
    const { models } = JSON.parse(readFileSync(at('joint-all/config.json'), 'utf8'));
    const names = models.map(({ name }: { name: string }) => name);
    expect(names).toEqual(['joint/rte', 'joint/stsb', 'more/rte', 'more/stsb']);
    const second = await exportedLogits(at('joint-all'), pairs, { index: 2 });
    expect(largest(second.flat(), (await exportedLogits(at('joint-web'), pairs)).flat())).toBeLessThan(1e-5);
    expect((await exportedLogits(at('joint-all'), pairs, { index: 3 })).map((row) => row.length)).toEqual([
      1, 1,
    ]);
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
      'two models of one name',
      2,
      ['--model', model, `x=${model}`, `x=${model}`, '--out', at('out'), ...mini],
      /two models have the name x/,
    ],
    [
      'a task for several models',
      2,
      ['--model', model, `x=${model}`, '--out', at('out'), ...mini, '--task', 'miniglue/sst2'],
      /--task is for one model/,
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

  test.each<[string, string[]]>([
    ['an export, without --overwrite', []],
    ['a run, or notes, with --overwrite', ['--overwrite']],
  ])('a folder with %s', async (_, more) => {
    const out = at(`full-${more.length}`);
    mkdirSync(out);
    const files = more.length > 0 ? ['notes.txt', 'run.json'] : ['export.json'];
    for (const name of files) writeFileSync(join(out, name), '{"formatVersion":1,"files":["export.json"]}');
    const outcome = await run('export', '--model', model, '--out', out, ...mini, ...more);
    expect(outcome.code).toBe(2);
    const advice = more.length > 0 ? 'remove what is in it' : 'replace the export in it with --overwrite';
    expect(outcome.err).toContain(`is not empty; choose another --out, or ${advice}`);
    expect(readdirSync(out)).toEqual(files);
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
