import { sourceControls } from '@scalearn/core';
import { isShallowJson } from '@scalearn/report';
import * as v from 'valibot';
import { problems } from '../options/own-data.ts';
import type { TaskSettings, TrainSettings } from '../options/settings.ts';
import type { SplitScore } from '../output/events.ts';
import type { RunData, RunFile, TaskRun } from './run-json.ts';
import type { StoredArchitecture } from './stored-architecture.ts';

// Every message says what the value must be, in words that follow "must be". Fields that are not listed are kept: other
// versions of this package write some, and nothing reads them.

const maybeNull = ', or null';
const maybeMissing = ', or missing';
const mostLayers = 1024;

const text = v.pipe(v.string('a text'), v.minLength(1, 'a text'));
const textOrNull = v.nullable(v.pipe(v.string(`a text${maybeNull}`), v.minLength(1, `a text${maybeNull}`)));
const someTexts = v.array(text, 'a list of texts');
const number = v.pipe(v.number('a number'), v.finite('a number'));
const numberOrNull = v.nullable(v.pipe(v.number(`a number${maybeNull}`), v.finite(`a number${maybeNull}`)));
const whole = (least: number, more = '') => {
  const what = `a whole number of at least ${least}${more}`;
  return v.pipe(v.number(what), v.safeInteger(what), v.minValue(least, what));
};
const wholeOrNull = (least: number) => v.nullable(whole(least, maybeNull));
const wholeOrMissing = (least: number) => v.exactOptional(whole(least, maybeMissing));
const notNegative = v.pipe(number, v.minValue(0, '0 or a number above'));
const positive = v.pipe(number, v.gtValue(0, 'a number above 0'));
const probability = (more = '') => {
  const what = `at least 0 and below 1${more}`;
  return v.pipe(v.number(what), v.minValue(0, what), v.ltValue(1, what));
};
const shallow = v.record(
  v.string(),
  v.custom<unknown>(isShallowJson, 'a value that is not nested deeply'),
  'an object',
);

/** What was said about reading files, by the names of the options. */
const reading = v.looseObject(
  {
    quote: v.exactOptional(v.picklist(['double', 'none'], 'double or none')),
    delimiter: v.exactOptional(
      v.picklist(['comma', 'semicolon', 'tab', 'pipe'], 'comma, semicolon, tab or pipe'),
    ),
    header: v.exactOptional(v.picklist(['first', 'none'], 'first or none')),
    decimal: v.exactOptional(v.picklist(['point', 'comma'], 'point or comma')),
    maxFileSize: wholeOrMissing(1),
  },
  `an object${maybeMissing}`,
);

const own = v.looseObject(
  {
    text,
    textPair: textOrNull,
    label: v.union([text, someTexts], 'a text or a list of texts'),
    problem: v.picklist(Object.values(problems), Object.values(problems).join(' or ')),
    labels: v.nullable(v.array(text, `a list of texts${maybeNull}`)),
    reading: v.exactOptional(reading),
  },
  `an object${maybeMissing}`,
);

const taskSettings: v.GenericSchema<unknown, TaskSettings> = v.looseObject(
  { task: text, data: textOrNull, own: v.exactOptional(own), maxLength: whole(4) },
  'an object',
);

const settings: v.GenericSchema<unknown, TrainSettings> = v.looseObject(
  {
    ...{ task: text, method: text, encoder: text },
    tasks: v.exactOptional(v.array(taskSettings, `a list${maybeMissing}`)),
    data: textOrNull,
    own: v.exactOptional(own),
    sources: someTexts,
    sourceControl: v.exactOptional(v.picklist(sourceControls, sourceControls.join(' or '))),
    ...{ layers: wholeOrNull(1), epochs: whole(1), maxSteps: wholeOrNull(1) },
    ...{ batchSize: whole(1), evalBatchSize: whole(1) },
    ...{ learningRate: positive, weightDecay: notNegative, warmupSteps: wholeOrNull(0) },
    evaluateEvery: wholeOrMissing(1),
    temperature: v.exactOptional(number),
    patience: whole(1),
    selectBy: v.exactOptional(text),
    ...{ maxLength: whole(4), limit: wholeOrNull(1), evalLimit: wholeOrNull(1) },
    ...{ validationLimit: wholeOrMissing(1), trainPercent: wholeOrMissing(5), seed: whole(0) },
    methodSettings: shallow,
  },
  'an object',
);

const headOptions = v.record(
  v.string(),
  v.union([v.string(), v.number(), v.boolean()], 'a text, a number, true or false'),
  `an object${maybeMissing}`,
);

const shape: v.GenericSchema<unknown, StoredArchitecture> = v.looseObject(
  {
    ...{ modelType: text, prefix: text },
    layers: v.pipe(whole(1), v.maxValue(mostLayers, `a whole number from 1 to ${mostLayers}`)),
    ...{ hiddenSize: whole(1), intermediateSize: whole(1), classifierDropout: probability() },
    attentionDropout: v.exactOptional(probability(maybeMissing)),
    headOptions: v.exactOptional(headOptions),
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
