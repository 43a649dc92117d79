import { describe, expect, test } from 'vitest';
import { type Example, fingerprintExamples, loadTask, memorySource, toJsonLines } from '../src/index.ts';
import { findTask } from '../src/registry.ts';

const lines = (...rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** The examples that a task makes of one line. */
const read = (task: string, folder: string, ...rows: readonly object[]): Promise<readonly Example[]> =>
  findTask(`superglue/${task}`).read('train', memorySource({ [`${folder}/train.jsonl`]: lines(...rows) }));

describe('templates', () => {
  test('BoolQ, CB and RTE: two texts as they are', async () => {
    const boolq = await read('boolq', 'BoolQ', {
      question: 'is it',
      passage: ' It is. ',
      idx: 0,
      label: true,
    });
    expect(boolq).toEqual([{ index: 0, segments: ['is it', ' It is. '], label: 1 }]);
    const pair = { premise: 'p', hypothesis: 'h', label: 'neutral', idx: 0 };
    expect(await read('cb', 'CB', pair)).toEqual([{ index: 0, segments: ['p', 'h'], label: 2 }]);
    const rte = await read('rte', 'RTE', { ...pair, label: 'not_entailment' });
    expect(rte).toEqual([{ index: 0, segments: ['p', 'h'], label: 1 }]);
  });

  test('COPA: a premise, what leads on, and two choices', async () => {
    const row = { premise: 'It rained.', choice1: 'Wet.', choice2: 'Dry.', question: 'effect', label: 0 };
    expect(await read('copa', 'COPA', row, { ...row, question: 'cause', label: 1 })).toEqual([
      { index: 0, segments: ['It rained. so'], choices: ['Wet.', 'Dry.'], label: 0 },
      { index: 1, segments: ['It rained. because'], choices: ['Wet.', 'Dry.'], label: 1 },
    ]);
  });

  test('MultiRC: every answer is an example, and its question is known', async () => {
    const answers = [
      { text: 'Yes', idx: 0, label: 1 },
      { text: '', idx: 1, label: 0 },
    ];
    const passage = { text: 'P', questions: [{ question: 'Q?', idx: 7, answers }] };
    expect(await read('multirc', 'MultiRC', { idx: 3, passage })).toEqual([
      { index: 0, segments: ['P', 'Q? Yes'], label: 1, group: 7 },
      { index: 1, segments: ['P', 'Q? '], label: 0, group: 7 },
    ]);
  });

  test('ReCoRD: every entity is an example; offsets and order go by code points', async () => {
    const text = '😀 Bo met $& and ﬁn.\n@highlight\nBo left';
    const spans = [
      [2, 3],
      [9, 10],
      [16, 17],
      [0, 0],
      [31, 32],
    ];
    const passage = { text, entities: spans.map(([start, end]) => ({ start, end })) };
    const qas = [
      { query: '@placeholder saw @placeholder', answers: [{ start: 9, end: 10, text: '$&' }], idx: 5 },
    ];
    const examples = await read('record', 'ReCoRD', { passage, qas });
    expect(examples.map(({ candidate }) => candidate?.text)).toEqual(['$&', 'Bo', 'ﬁn', '😀']);
    expect(examples[0]).toEqual({
      ...{ index: 0, label: 1, group: 5 },
      segments: ['😀 Bo met $& and ﬁn.\n- Bo left', '$& saw $&'],
      candidate: { text: '$&', answers: ['$&'] },
    });
    // Shared, for there are more than a million of them.
    expect(examples[0]!.candidate!.answers).toBe(examples[3]!.candidate!.answers);
  });

  test('WiC: the word before both sentences', async () => {
    const row = { word: 'bank', sentence1: 'A.', sentence2: 'B.', label: false };
    expect(await read('wic', 'WiC', row)).toEqual([
      { index: 0, segments: ['bank: A.', 'bank: B.'], label: 0 },
    ]);
  });

  test('WSC: the marked word, counted as Python splits', async () => {
    const target = { span1_index: 0, span2_index: 3, span1_text: 'Ann', span2_text: 'she' };
    const row = { text: ' Ann\u001csaw\u0085that\ufeff  she, too', target, label: true };
    expect(await read('wsc', 'WSC', row)).toEqual([
      { index: 0, segments: ['Ann saw that\ufeff *she,* too', 'Ann'], label: 1 },
    ]);
  });

  test('RTE is read from GLUE’s files where there are none of its own', async () => {
    const source = memorySource({
      'RTE/train.tsv': 'index\tsentence1\tsentence2\tlabel\n0\ta\tb\tnot_entailment\n',
    });
    const examples = await findTask('superglue/rte').read('train', source);
    expect(examples).toEqual([{ index: 0, segments: ['a', 'b'], label: 1 }]);
    await expect(findTask('superglue/rte').read('test', source)).rejects.toThrow('RTE/dev.tsv');
  });
});

describe('what cannot be read is named, with file and line', () => {
  const copa = { premise: 'p', choice1: 'a', choice2: 'b', question: 'cause', label: 0 };
  const answer = { text: 'a', idx: 0, label: 0 };
  const multirc = {
    idx: 0,
    passage: { text: 'P', questions: [{ question: 'Q', idx: 0, answers: [answer] }] },
  };
  const record = { passage: { text: 'abc', entities: [{ start: 0, end: 3 }] }, qas: [] };
  const wsc = { text: 'a b', target: { span1_index: 0, span2_index: 2, span1_text: 'a', span2_text: 'c' } };
  test.each<[string, string, object, string]>([
    ['copa', 'COPA', { ...copa, question: 'why' }, 'question is neither "cause" nor "effect"'],
    ['copa', 'COPA', { ...copa, choice2: 1 }, 'choice2 is 1, expected a text'],
    ['copa', 'COPA', { ...copa, label: 2 }, 'the label is "2", expected one of choice1, choice2'],
    [
      'boolq',
      'BoolQ',
      { question: 'q', passage: 'p', label: 'yes' },
      'the label is "yes", expected one of False, True',
    ],
    ['cb', 'CB', { premise: 'p', hypothesis: 'h', label: true }, 'the label is "true"'],
    ['wic', 'WiC', { word: 'w', sentence1: 's' }, 'sentence2 is missing'],
    ['multirc', 'MultiRC', { ...multirc, passage: [] }, 'passage is [], expected an object'],
    [
      'multirc',
      'MultiRC',
      { idx: 0, passage: { text: 'P', questions: [{ question: 'Q', idx: 0, answers: [1] }] } },
      'passage.questions[0].answers is [1], expected a list of objects',
    ],
    ['record', 'ReCoRD', record, 'an entity reaches from 0 to 3 of 3 characters'],
    ['wsc', 'WSC', { ...wsc, label: true }, 'span2_index is 2, and the text has 2 words'],
  ])('%s %#', async (task, folder, row, message) => {
    const bad = read(task, folder, row);
    await expect(bad).rejects.toThrow(`${folder}/train.jsonl, line 1: `);
    await expect(bad).rejects.toThrow(message);
  });

  test('a file without rows', async () => {
    await expect(read('cb', 'CB')).rejects.toThrow('CB/train.jsonl has no rows');
    // Passages without questions.
    const nothing = read('record', 'ReCoRD', { passage: { text: 'abc', entities: [] }, qas: [] });
    await expect(nothing).rejects.toThrow('ReCoRD/train.jsonl has no rows');
  });

  test('a line that is no JSON', async () => {
    const source = memorySource({ 'CB/train.jsonl': '{"premise": "p"\n' });
    await expect(findTask('superglue/cb').read('train', source)).rejects.toThrow(
      'CB/train.jsonl, line 1: not JSON',
    );
  });
});

const copaRow = (i: number): object => ({
  ...{ premise: `p${i}`, choice1: `a${i}`, choice2: `b${i}`, question: 'cause', label: i % 2, idx: i },
});
const copaFiles = (rows: number): Record<string, string> => ({
  'COPA/train.jsonl': lines(...Array.from({ length: rows }, (_, i) => copaRow(i))),
  'COPA/val.jsonl': lines(copaRow(1), copaRow(2), copaRow(3)),
});

test('limits of training, of validation, and of all that is evaluated', async () => {
  const load = (options: object) =>
    loadTask('superglue/copa', { data: memorySource(copaFiles(40)), ...options });
  const sizes = async (options: object): Promise<number[]> => {
    const { train, validation, test } = await load(options);
    return [train.length, validation.length, test.length];
  };
  expect(await sizes({})).toEqual([36, 4, 3]);
  expect(await sizes({ limit: 5, validationLimit: 2 })).toEqual([5, 2, 3]);
  expect(await sizes({ evalLimit: 1, validationLimit: 2 })).toEqual([36, 1, 1]);
  expect(await sizes({ evalLimit: 2, validationLimit: 1 })).toEqual([36, 1, 2]);
  expect(await sizes({ maxTrainPct: 50 })).toEqual([18, 2, 3]);
  await expect(load({ validationLimit: 0 })).rejects.toThrow('validationLimit is 0');
});

test('choices are part of the fingerprint, and so are the right answers', async () => {
  const [example] = await read('copa', 'COPA', copaRow(0));
  const swapped = { ...example!, choices: ['b0', 'a0'] };
  expect(await fingerprintExamples([example!])).not.toBe(await fingerprintExamples([swapped]));
  const candidate = { ...example!, group: 1, candidate: { text: 'a', answers: ['a'] } };
  const other = { ...candidate, candidate: { text: 'a', answers: ['b'] } };
  expect(await fingerprintExamples([candidate])).not.toBe(await fingerprintExamples([other]));
});

test('choices are written as columns of their own', async () => {
  const { info } = findTask('superglue/copa');
  const written = toJsonLines(info, await read('copa', 'COPA', copaRow(0)));
  expect(JSON.parse(written)).toEqual({
    premise: 'p0 because',
    choice1: 'a0',
    choice2: 'b0',
    label: 'choice1',
  });
});
