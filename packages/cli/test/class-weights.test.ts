import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunFile } from '@scalearn/experiments';
import { describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { must, run } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const training = (task: string, out: string, ...more: string[]): string[] => [
  ...['train', '--encoder', world.encoder, '--data', world.data, '--task', task, '--out', join(folder, out)],
  ...['--device', 'onnx', '--limit', '16', '--epochs', '1', '--quiet', ...more],
];
const runFile = (out: string): RunFile =>
  JSON.parse(readFileSync(join(folder, out, 'run.json'), 'utf8')) as RunFile;

test('classes count as they are told to, and the run says so only where it was told', async () => {
  for (const weights of ['none', 'balanced', 'entailment=1,not_entailment=9'])
    await must(...training('glue/rte', weights, '--class-weights', weights));
  await must(...training('glue/rte', 'plain'));
  const [plain, none, balanced, given] = ['plain', 'none', 'balanced', 'entailment=1,not_entailment=9'].map(
    (out) => runFile(out),
  ) as [RunFile, RunFile, RunFile, RunFile];
  expect(none.settings).toEqual(plain.settings);
  expect('classWeights' in plain.settings).toBe(false);
  expect([balanced.settings.classWeights, given.settings.classWeights]).toEqual([
    ...['balanced', 'entailment=1,not_entailment=9'],
  ]);
  const loss = ({ history }: RunFile): number => history[0]?.validationLoss as number;
  expect(loss(none)).toBe(loss(plain));
  expect(loss(given)).not.toBeCloseTo(loss(plain), 4);
  // The test loss is what evaluate says, which knows of no weights.
  const scored = await must(
    'evaluate',
    '--model',
    join(folder, given.settings.classWeights as string),
    '--json',
  );
  expect(JSON.parse(scored.out)).toMatchObject({ loss: given.results.test?.loss });
});

describe('weights are refused', () => {
  test.each<[string, string, RegExp]>([
    ['glue/rte', 'entailment=1', /--class-weights has no weight for the label "not_entailment" of glue\/rte/],
    [
      'glue/rte',
      'entailment=1,not=2',
      /the label "not", which glue\/rte does not have; it has entailment, not_entailment/,
    ],
    [
      'glue/rte',
      'entailment=1,not_entailment=0',
      /--class-weights must have a number above 0 for "not_entailment"/,
    ],
    ['glue/rte', 'entailment=1,entailment=2', /--class-weights gives 'entailment' twice/],
    ['glue/rte', 'some', /'--class-weights <w>'.*It must be none, balanced, or a number for each label/],
    ['glue/rte', 'entailment', /such as a=1,b=3/],
    ['glue/stsb', 'balanced', /--class-weights is only for tasks where each row has one of several labels/],
  ])('of %s: %s', async (task, weights, message) => {
    const outcome = await run(...training(task, 'refused', '--class-weights', weights));
    expect(outcome.err).toMatch(message);
    expect(outcome.code).toBe(2);
  });
});
