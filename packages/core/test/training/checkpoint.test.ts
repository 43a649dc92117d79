import { expect, test } from 'vitest';
import { CheckpointError } from '../../src/index.ts';
import { decodeCheckpoint, encodeCheckpoint, type Progress } from '../../src/training/checkpoint.ts';

const settings = { method: 'bottleneck', seed: 0 };
const groups = [{ name: 'decay', size: 2 }];
const progress: Progress = {
  ...{ step: 4, taskSteps: { red: 4 }, lossSum: 1.5, lossRows: 8, finished: false, seconds: 1.25 },
  kernels: { 'tokens×4 · 4×4': 'register 4×4' },
  stopping: { best: Number.NaN, bestEvaluation: 1, evaluations: 1, waited: 0 },
  history: [
    {
      epoch: 1,
      step: 4,
      trainLoss: Number.POSITIVE_INFINITY,
      validationLoss: -0,
      validationMetrics: { f1: 0.5 },
    },
  ],
};

function encoded(change: object = {}): Uint8Array {
  const values = Float32Array.of(1, 2);
  const state = { values, m: values, v: values, best: values };
  return encodeCheckpoint(settings, { ...progress, ...change }, new Map([['decay', state]]));
}

test('a checkpoint comes back as it was, with numbers that JSON does not have', () => {
  expect(decodeCheckpoint(encoded(), settings, groups).progress).toEqual(progress);
});

test.each<[string, object]>([
  ['step is {"toString": 1}; it must be a whole number', { step: { toString: 1 } }],
  ['step is -1', { step: -1 }],
  ['taskSteps is {"red": "4"}', { taskSteps: { red: '4' } }],
  ['stopping is null', { stopping: null }],
  ['stopping.waited is', { stopping: { ...progress.stopping, waited: '0' } }],
  ['history is [{"epoch": 1}]', { history: [{ epoch: 1 }] }],
  ['the steps of its tasks do not match the run', { step: 5 }],
  ['its number of evaluations differs from its history', { history: [] }],
  ['finished is "no"', { finished: 'no' }],
])('a checkpoint whose %s is damaged', (message, change) => {
  const decode = () => decodeCheckpoint(encoded(change), settings, groups);
  expect(decode).toThrow(CheckpointError);
  expect(decode).toThrow(message);
  expect(decode).toThrow('start again with overwrite');
});

test('a checkpoint of other settings says which', () => {
  const decode = () => decodeCheckpoint(encoded(), { ...settings, seed: 1 }, groups);
  expect(decode).toThrow('the checkpoint belongs to a run with other settings: seed was 0, is 1');
});
