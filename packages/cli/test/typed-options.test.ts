// The command line reads texts, and everything behind it works with typed values.
import { trainOptions } from '@scalearn/experiments/runs';
import { expect, test } from 'vitest';
import { plainSetup } from '../../experiments/src/setup/setup.ts';
import { chooseMethod } from '../src/options/method-flags.ts';
import { parseTrainArguments } from '../src/options/train-options.ts';

const parse = (...args: string[]) =>
  parseTrainArguments(['--encoder', 'e/e', '--out', 'o', '--task', 'glue/rte', ...args], plainSetup);

/** A text for each option of training, and the value that it stands for. */
const values: Readonly<Record<string, readonly [string, unknown]>> = {
  ...{ layers: ['4', 4], epochs: ['3', 3], maxSteps: ['11', 11], batchSize: ['4', 4] },
  ...{ learningRate: ['1e-2', 0.01], weightDecay: ['.1', 0.1], warmupSteps: ['8', 8], temperature: ['2', 2] },
  ...{ patience: ['2', 2], classWeights: ['balanced', 'balanced'], threshold: ['auto', 'auto'] },
  ...{ pooling: ['mean', 'mean'] },
  ...{ precision: ['f32', 'f32'] },
  ...{ selectBy: ['primary', 'primary'], maxLength: ['64', 64], limit: ['5', 5], evalLimit: ['6', 6] },
  ...{ validationLimit: ['7', 7], trainPercent: ['35', 35], seed: ['3', 3], evaluateEvery: ['9', 9] },
};

test('every option of training becomes a typed value', () => {
  const names = Object.entries(trainOptions).flatMap(([name, { group, flag }]) =>
    group === 'Training' && flag !== undefined ? [name] : [],
  );
  // Folds exclude evaluateEvery.
  expect(names.filter((name) => values[name] === undefined)).toEqual(['folds']);
  const flags = Object.entries(values).map(
    ([name, [text]]) => `${trainOptions[name]?.flag?.split(' ')[0]}=${text}`,
  );
  expect(parse(...flags)).toMatchObject(
    Object.fromEntries(Object.entries(values).map(([name, [, value]]) => [name, value])),
  );
});

test('flags and --set give options of the method by their names in the library', () => {
  const given = parse('--reduction-factor', '4', '--set', 'nonLinearity=gelu');
  expect(chooseMethod(given, plainSetup.methods).options).toEqual({
    reductionFactor: 4,
    nonLinearity: 'gelu',
  });
});
