import type { EncoderShape } from '@scalearn/core';
import * as v from 'valibot';
import { settingsSchema as settings } from '../options/settings-schema.ts';
import type { SplitScore } from '../output/events.ts';
import { maybeMissing, maybeNull, someTexts, text, textOrNull, whole } from '../schemas.ts';
import type { RunData, RunFile, TaskRun } from './run-json.ts';

// Every message says what the value must be, in words that follow "must be". Fields that are not listed are kept: other
// versions of this package write some, and nothing reads them.

const mostLayers = 1024;

const number = v.pipe(v.number('a number'), v.finite('a number'));
const numberOrNull = v.nullable(v.pipe(v.number(`a number${maybeNull}`), v.finite(`a number${maybeNull}`)));
const notNegative = v.pipe(number, v.minValue(0, '0 or a number above'));
const probability = (more = '') => {
  const what = `at least 0 and below 1${more}`;
  return v.pipe(v.number(what), v.minValue(0, what), v.ltValue(1, what));
};
const shape: v.GenericSchema<unknown, EncoderShape> = v.looseObject(
  {
    ...{ modelType: text, prefix: text },
    layers: v.pipe(whole(1), v.maxValue(mostLayers, `a whole number from 1 to ${mostLayers}`)),
    ...{ hiddenSize: whole(1), intermediateSize: whole(1), classifierDropout: probability() },
    attentionDropout: v.exactOptional(probability(maybeMissing)),
    initializerRange: notNegative,
  },
  'an object',
);

const data: v.GenericSchema<unknown, RunData> = v.looseObject(
  {
    ...{ path: textOrNull, fingerprint: text },
    rows: v.looseObject({ train: whole(0), validation: whole(0), test: whole(0) }, 'an object'),
    files: v.record(v.string(), whole(0), 'an object of numbers'),
    unofficial: someTexts,
  },
  'an object',
);

const metrics = v.record(v.string(), numberOrNull, 'an object of numbers');
const score: v.GenericSchema<unknown, SplitScore> = v.looseObject(
  { rows: whole(0), metrics, loss: numberOrNull },
  'an object of rows, metrics and loss',
);
const results = v.record(v.string(), score, 'an object of scores with metrics');

const taskRun: v.GenericSchema<unknown, TaskRun> = v.looseObject({ task: text, data, results }, 'an object');

const epoch = v.looseObject(
  {
    ...{ epoch: whole(1), step: whole(0), trainLoss: numberOrNull, validationLoss: numberOrNull },
    validationMetrics: metrics,
    tasks: v.exactOptional(
      v.array(
        v.looseObject({ task: text, validationLoss: numberOrNull, validationMetrics: metrics }, 'an object'),
        `a list${maybeMissing}`,
      ),
    ),
  },
  'an object',
);

/** `run.json`. An object comes before what is in it. */
export const runSchema: v.GenericSchema<unknown, RunFile> = v.looseObject(
  {
    formatVersion: v.literal(1, '1'),
    version: text,
    command: v.picklist(['train', 'merge'], 'train or merge'),
    ...{ task: text, method: text, seed: whole(0), settings },
    encoder: v.looseObject(
      { source: text, path: textOrNull, name: text, fingerprint: text, shape },
      'an object',
    ),
    data,
    tasks: v.exactOptional(v.array(taskRun, `a list${maybeMissing}`)),
    sources: v.array(
      v.looseObject({ name: text, path: text, fingerprint: v.exactOptional(text) }, 'an object'),
      'a list of objects with name and path',
    ),
    history: v.array(epoch, 'a list of objects'),
    ...{ bestEpoch: whole(0), steps: whole(0) },
    parameters: v.looseObject({ method: whole(0), head: whole(0) }, 'an object'),
    results,
    device: v.looseObject(
      {
        kind: text,
        description: v.string('a text'),
        memory: v.looseObject(
          { bytes: v.record(v.string(), number, 'an object of numbers'), total: notNegative },
          'an object',
        ),
      },
      'an object',
    ),
    seconds: notNegative,
    tokensPerSecond: numberOrNull,
    mergedFrom: v.exactOptional(v.looseObject({ method: text, path: text }, `an object${maybeMissing}`)),
    files: someTexts,
  },
  'an object',
);
