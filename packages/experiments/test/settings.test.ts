import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OptionType, optionTakes } from '@scalearn/core/methods';
import { describeTask } from '@scalearn/datasets';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { describedMethod } from '../src/methods/describe.ts';
import { ownMethods } from '../src/methods/registry.ts';
import { chosenMethod } from '../src/options/method.ts';
import { valueSchema } from '../src/options/option-values.ts';
import { flagOf, type TrainArguments, trainOptions } from '../src/options/train-table.ts';
import { settingsSchema, type TrainSettings } from '../src/runs/settings-schema.ts';
import { findTask } from '../src/tasks/find-task.ts';
import { checkSameSettings, decisive, settleOptions } from '../src/training/settings.ts';

/** The settings of a run, as the ids of runs are made from them. */
function settingsText(more: Partial<TrainArguments>): string {
  const given = { encoder: 'e/e', method: 'bottleneck', ...more };
  const method = describedMethod(chosenMethod(ownMethods.find(given.method), given, () => ({})));
  const names = given.tasks ?? [given.task as string];
  const found = names.map((name) => ({ info: describeTask(name), path: null }));
  return JSON.stringify(settleOptions(given, method, found, { path: undefined }));
}

describe('the settings of a run are the text that ids of runs were always made from', () => {
  test('with defaults alone', () => {
    expect(settingsText({ task: 'glue/rte' })).toBe(
      '{"task":"glue/rte","method":"bottleneck","encoder":"e/e","data":null,"sources":[],"layers":null,"epochs":30,' +
        '"maxSteps":null,"batchSize":32,"evalBatchSize":32,"learningRate":0.0003,"weightDecay":0,"warmupSteps":0,' +
        '"patience":5,"maxLength":128,"limit":null,"evalLimit":null,"seed":0,"methodSettings":{"nonLinearity":"relu","reductionFactor":16,"width":null}}',
    );
  });

  test('with every option', () => {
    const text = settingsText({
      ...{ task: 'glue/rte', seed: 3, trainPercent: 35, validationLimit: 7, evalLimit: 6, limit: 5 },
      ...{ maxLength: 64, selectBy: 'primary', patience: 2, temperature: 2, layers: 4, evaluateEvery: 9 },
      ...{ warmupSteps: 8, weightDecay: 0.1, learningRate: 0.01, batchSize: 4, maxSteps: 11, epochs: 3 },
      ...{ device: 'onnx', threads: 2 },
    });
    expect(text).toMatch(
      /^\{"task":"glue\/rte","method":"bottleneck","encoder":"e\/e","data":null,"sources":\[\],"layers":4,"epochs":3,"maxSteps":11,"batchSize":4,"evalBatchSize":32,"learningRate":0.01,"weightDecay":0.1,"warmupSteps":8,"evaluateEvery":9,"temperature":2,"patience":2,"selectBy":"accuracy","maxLength":64,"limit":5,"evalLimit":6,"validationLimit":7,"trainPercent":35,"seed":3,"methodSettings":/,
    );
    expect(v.is(settingsSchema, JSON.parse(text))).toBe(true);
  });

  test('of a joint method', () => {
    const text = settingsText({ method: 'adapter-m', tasks: ['glue/rte', 'glue/cola'] });
    expect(text).toMatch(
      /^\{"task":"glue\/rte, glue\/cola","tasks":\[\{"task":"glue\/rte","data":null,"maxLength":128\},\{"task":"glue\/cola","data":null,"maxLength":128\}\],"method":/,
    );
  });
});

describe('the batch size of own data', () => {
  const folder = scratchFolder();
  /** The batch size for a file with so many rows, of which a tenth each validates and tests. */
  async function batchSizeOf(rows: number, more: Partial<TrainArguments> = {}): Promise<number> {
    const task = join(folder, `${rows}.csv`);
    const lines = Array.from({ length: rows }, (_, i) => `text ${i},${i % 2 ? 'a' : 'b'}`);
    writeFileSync(task, `text,label\n${lines.join('\n')}\n`);
    const given = { encoder: 'e/e', method: 'bottleneck', task, ...more };
    const method = describedMethod(chosenMethod(ownMethods.find(given.method), given, () => ({})));
    return settleOptions(given, method, [await findTask(given)], { path: undefined }).batchSize;
  }

  test.each<[what: string, size: number, rows: number, more?: Partial<TrainArguments>]>([
    ['is 8 for a small file', 8, 240],
    ['is 8 up to 999 training rows', 8, 1248],
    ['is 32 from 1,000 training rows on', 32, 1250],
    ['is 8 where few rows of a large file are used', 8, 1300, { limit: 200 }],
    ['is what was given', 16, 240, { batchSize: 16 }],
  ])('%s', async (_, size, rows, more) => {
    expect(await batchSizeOf(rows, more)).toBe(size);
  });
});

test('an option that some runs do not have is stored only where it was given', () => {
  const always = Object.keys(JSON.parse(settingsText({ task: 'glue/rte' })) as object);
  const given = Object.entries(trainOptions).filter(([, { stored }]) => stored === 'given');
  expect(given.filter(([name]) => always.includes(name))).toEqual([]);
});

describe('weights of classes', () => {
  const stored = (weights: string): unknown =>
    (JSON.parse(settingsText({ task: 'glue/rte', classWeights: weights })) as TrainSettings).classWeights;

  test.each([
    'entailment=1,not_entailment=3',
    'not_entailment=3,entailment=1',
    'not_entailment=3, entailment=1',
  ])('are stored in the order of the labels: %s', (weights) => {
    expect(stored(weights)).toBe('entailment=1,not_entailment=3');
  });

  test('that are in order are stored as they were given', () => {
    for (const weights of ['balanced', 'entailment=1.0, not_entailment=3e0'])
      expect(stored(weights)).toBe(weights);
  });

  test('of a run of an earlier version are the same in any order', () => {
    const [before, now] = ['entailment=1,not_entailment=3', 'not_entailment=3,entailment=1'].map(
      (classWeights) => ({
        ...(JSON.parse(settingsText({ task: 'glue/rte' })) as TrainSettings),
        classWeights,
      }),
    ) as [TrainSettings, TrainSettings];
    expect(decisive(now)).toEqual(decisive(before));
    expect(() => checkSameSettings(now, before, 'runs/rte')).not.toThrow();
  });
});

test('the schema of an option takes what the library takes', () => {
  const values = [
    -1,
    0,
    0.5,
    1,
    2,
    4,
    5,
    7,
    100,
    101,
    NaN,
    Infinity,
    2 ** 53,
    '',
    ' ',
    'a',
    'tab',
    [],
    [1],
    [1, 0.5],
  ];
  const types: OptionType[] = ['number', 'whole', 'numbers', 'text', ['tab', 'a']];
  const ranges = [{}, { least: 1 }, { above: 0, below: 5 }, { least: 0, most: 100 }];
  for (const type of types)
    for (const range of ranges)
      for (const value of values)
        expect([type, range, value, v.is(valueSchema({ type, range }), value)]).toEqual([
          ...[type, range, value, optionTakes({ type, range }, value)],
        ]);
});

test.each([
  ['trainPercent', 35, 36],
  ['seed', 0, -1],
  ['device', 'onnx', 'gpu'],
  ['sources', ['a'], ['']],
  ['quiet', true, 'yes'],
])('%s takes %j, not %j', (name, good, bad) => {
  const schema = valueSchema(trainOptions[name]!);
  expect([v.is(schema, good), v.is(schema, bad)]).toEqual([true, false]);
});

test('the guide to the command line has every option of train', () => {
  const guide = readFileSync(new URL('../../../docs/guide/command-line.md', import.meta.url), 'utf8');
  const [, train = ''] = /\n## `train`\n(.*?)\n## /s.exec(guide) ?? [];
  const flags = Object.values(trainOptions).flatMap((option) => flagOf(option) || []);
  expect(flags.filter((flag) => !train.includes(`\`${flag}`))).toEqual([]);
});
