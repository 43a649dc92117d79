import * as v from 'valibot';
import type {
  AxisValue,
  HistoryPoint,
  MissingRun,
  ReportData,
  ReportEncoder,
  ReportRun,
  ReportTask,
  RunCoefficients,
  TaskScores,
} from './data.ts';
import { isShallowJson } from './shallow-json.ts';

// Every message says what the value must be, in words that follow "must be".

const text = v.string('a text');
const number = v.pipe(v.number('a number'), v.finite('a number'));
const orNull = v.nullable(number);
const whole = v.pipe(v.number('a whole number'), v.safeInteger('a whole number'));
const count = v.pipe(whole, v.minValue(0, 'a whole number of at least 0'));
const someTexts = v.array(text, 'a list of texts');

const encoder: v.GenericSchema<unknown, ReportEncoder> = v.object(
  { name: text, fingerprint: text, layers: count, hiddenSize: count, parameters: orNull },
  'an object',
);

/**
 * Largest number of classes. Lists of labels encode a class as one digit of base 36, and tables of scores count each.
 */
const mostColumns = 36;
const someColumns = `a whole number from 1 to ${mostColumns}`;

const task: v.GenericSchema<unknown, ReportTask> = v.object(
  {
    id: text,
    name: text,
    problem: v.picklist(
      ['singleLabelClassification', 'multipleChoice', 'regression', 'multiLabelClassification'],
      'a kind of problem',
    ),
    metric: text,
    rows: count,
    labels: v.exactOptional(text),
    columns: v.exactOptional(v.pipe(count, v.minValue(1, someColumns), v.maxValue(mostColumns, someColumns))),
    unofficial: someTexts,
  },
  'an object',
);

const axis: v.GenericSchema<unknown, AxisValue> = v.union(
  [v.string(), v.pipe(v.number(), v.finite()), v.array(number)],
  'a text, a number or a list of numbers',
);

const scores: v.GenericSchema<unknown, TaskScores> = v.object(
  { task: text, metrics: v.record(v.string(), orNull, 'an object'), predictions: v.exactOptional(text) },
  'an object',
);

const point: v.GenericSchema<unknown, HistoryPoint> = v.object(
  { epoch: count, step: count, trainLoss: orNull, validationLoss: orNull },
  'an object',
);

const matrix = v.array(v.array(number, 'a list of numbers'), 'a list of lists of numbers');
const coefficients: v.GenericSchema<unknown, RunCoefficients> = v.pipe(
  v.object(
    { sources: someTexts, values: matrix, spread: v.exactOptional(matrix), start: number },
    'an object',
  ),
  v.check(
    ({ sources, values, spread }) =>
      [...values, ...(spread ?? [])].every((layer) => layer.length === sources.length) &&
      (spread === undefined || spread.length === values.length),
    'of as many values in each layer as it has sources',
  ),
);

/** Largest number of settings, more than any run has. A table has a column for each. */
const mostSettings = 200;
const isShort = (all: object): boolean => Object.keys(all).length <= mostSettings;
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const settings = v.pipe(
  v.record(v.string(), v.custom<unknown>(isShallowJson, 'a value that is not nested deeply'), 'an object'),
  v.check((all) => isShort(all), `an object of at most ${mostSettings} settings`),
  v.check(
    ({ methodSettings = {} }) => isObject(methodSettings) && isShort(methodSettings),
    `an object whose methodSettings are an object of at most ${mostSettings} settings`,
  ),
);

const run: v.GenericSchema<unknown, ReportRun> = v.object(
  {
    ...{ id: text, entry: text, label: text, method: text },
    kind: v.picklist(['single-task', 'joint', 'two-stage', 'analysis'], 'a kind of method'),
    ...{ encoder: text, seed: whole, axes: v.record(v.string(), axis, 'an object') },
    purpose: v.picklist(['report', 'source'], '"report" or "source"'),
    sources: v.array(v.object({ name: text, run: v.nullable(text) }, 'an object'), 'a list'),
    scores: v.array(scores, 'a list'),
    history: v.array(point, 'a list'),
    ...{ bestEpoch: count, steps: count },
    parameters: v.object({ method: count, head: count }, 'an object'),
    ...{ seconds: number, tokensPerSecond: orNull, device: text, memory: orNull },
    settings,
    version: text,
    coefficients: v.exactOptional(coefficients),
  },
  'an object',
);

const missing: v.GenericSchema<unknown, MissingRun> = v.object({ what: text, reason: text }, 'an object');

/** Schema of a report's JSON. It does not check references between parts. */
export const reportSchema: v.GenericSchema<unknown, ReportData> = v.object(
  {
    kind: v.literal('scalearn-report', '"scalearn-report"'),
    formatVersion: v.literal(1, '1'),
    title: text,
    created: v.exactOptional(text),
    commit: v.exactOptional(text),
    encoders: v.record(v.string(), encoder, 'an object'),
    tasks: v.record(v.string(), task, 'an object'),
    runs: v.array(run, 'a list'),
    references: v.exactOptional(someTexts),
    missing: v.array(missing, 'a list'),
  },
  'an object',
);
