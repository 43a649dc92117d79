import { FolderError } from '../errors.ts';
import { problems } from '../options/own-data.ts';

/** What a value must be, and whether it is. */
interface Rule {
  readonly what: string;
  fits(value: unknown): boolean;
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const whole = (least: number): Rule => ({
  what: `a whole number of at least ${least}`,
  fits: (value) => Number.isSafeInteger(value) && (value as number) >= least,
});
const text: Rule = { what: 'a text', fits: (value) => typeof value === 'string' && value !== '' };
const record: Rule = { what: 'an object', fits: isRecord };
const positive: Rule = { what: 'a number above 0', fits: (value) => isNumber(value) && value > 0 };
const notNegative: Rule = { what: '0 or a number above', fits: (value) => isNumber(value) && value >= 0 };
const probability: Rule = {
  what: 'at least 0 and below 1',
  fits: (value) => isNumber(value) && value >= 0 && value < 1,
};
const orNull = ({ what, fits }: Rule): Rule => ({
  what: `${what}, or null`,
  fits: (value) => value === null || fits(value),
});
const listOf = (what: string, fits: (value: unknown) => boolean): Rule => ({
  what: `a list of ${what}`,
  fits: (value) => Array.isArray(value) && value.every(fits),
});
const texts = listOf('texts', text.fits);
const orMissing = ({ what, fits }: Rule): Rule => ({
  what: `${what}, or missing`,
  fits: (value) => value === undefined || fits(value),
});
const objectWith = (fields: Readonly<Record<string, Rule>>): Rule => ({
  what: `an object with ${Object.entries(fields)
    .map(([name, { what }]) => `${name} (${what})`)
    .join(', ')}`,
  fits: (value) => isRecord(value) && Object.entries(fields).every(([name, { fits }]) => fits(value[name])),
});
const oneOf = (...values: readonly string[]): Rule => ({
  what: values.join(' or '),
  fits: (value) => values.includes(value as string),
});

/** What was said about reading files, by the names of the options. */
const reading = objectWith({
  quote: orMissing(oneOf('double', 'none')),
  delimiter: orMissing(oneOf('comma', 'semicolon', 'tab', 'pipe')),
  header: orMissing(oneOf('first', 'none')),
  decimal: orMissing(oneOf('point', 'comma')),
  maxFileSize: orMissing(whole(1)),
});

/** Every field that is read again, by its path. An object comes before what is in it. */
const rules: Readonly<Record<string, Rule>> = {
  version: text,
  command: oneOf('train', 'merge'),
  task: text,
  method: text,
  seed: whole(0),
  settings: record,
  'settings.task': text,
  'settings.method': text,
  'settings.encoder': text,
  'settings.tasks': orMissing(
    listOf(
      'objects with task and maxLength',
      (value) =>
        isRecord(value) &&
        text.fits(value.task) &&
        orNull(text).fits(value.data) &&
        whole(4).fits(value.maxLength),
    ),
  ),
  'settings.data': orNull(text),
  'settings.own': orMissing(
    objectWith({
      text,
      textPair: orNull(text),
      label: { what: 'a text or a list of texts', fits: (value) => text.fits(value) || texts.fits(value) },
      problem: oneOf(...Object.values(problems)),
      labels: orNull(texts),
      reading: orMissing(reading),
    }),
  ),
  'settings.sources': texts,
  'settings.layers': orNull(whole(1)),
  'settings.epochs': whole(1),
  'settings.maxSteps': orNull(whole(1)),
  'settings.batchSize': whole(1),
  'settings.evalBatchSize': whole(1),
  'settings.learningRate': positive,
  'settings.weightDecay': notNegative,
  'settings.warmupSteps': orNull(whole(0)),
  'settings.patience': whole(1),
  'settings.maxLength': whole(4),
  'settings.limit': orNull(whole(1)),
  'settings.evalLimit': orNull(whole(1)),
  'settings.validationLimit': orMissing(whole(1)),
  'settings.trainPercent': orMissing(whole(5)),
  'settings.seed': whole(0),
  'settings.methodSettings': record,
  encoder: record,
  'encoder.source': text,
  'encoder.path': orNull(text),
  'encoder.name': text,
  'encoder.fingerprint': text,
  'encoder.shape': record,
  'encoder.shape.modelType': text,
  'encoder.shape.prefix': text,
  'encoder.shape.layers': whole(1),
  'encoder.shape.hiddenSize': whole(1),
  'encoder.shape.intermediateSize': whole(1),
  'encoder.shape.classifierDropout': probability,
  'encoder.shape.attentionDropout': orMissing(probability),
  'encoder.shape.initializerRange': notNegative,
  data: record,
  'data.path': orNull(text),
  'data.fingerprint': text,
  mergedFrom: orMissing(objectWith({ method: text, path: text })),
  tasks: orMissing(
    listOf(
      'objects with task, data and results',
      (value) => isRecord(value) && text.fits(value.task) && isRecord(value.data) && isRecord(value.results),
    ),
  ),
  sources: listOf(
    'objects with name and path',
    (value) =>
      isRecord(value) &&
      text.fits(value.name) &&
      text.fits(value.path) &&
      orMissing(text).fits(value.fingerprint),
  ),
  history: listOf('objects', isRecord),
  bestEpoch: whole(0),
  steps: whole(0),
  parameters: record,
  'parameters.method': whole(0),
  'parameters.head': whole(0),
  results: {
    what: 'an object of scores with metrics',
    fits: (value) =>
      isRecord(value) && Object.values(value).every((score) => isRecord(score) && isRecord(score.metrics)),
  },
  device: record,
  'device.kind': text,
  seconds: notNegative,
  tokensPerSecond: orNull(notNegative),
  files: texts,
};

/** @throws FolderError that names the file and the first field that is not what it must be */
export function checkRunFile(run: unknown, path: string): void {
  for (const [field, { what, fits }] of Object.entries(rules)) {
    const value = field
      .split('.')
      .reduce<unknown>((parent, key) => (isRecord(parent) ? parent[key] : undefined), run);
    if (fits(value)) continue;
    const found = value === undefined ? 'it is missing' : `it is ${shown(value)}`;
    throw new FolderError(
      `${path}: ${field} must be ${what}, and ${found}; restore the file, or train the model again`,
    );
  }
}

/** A value on one short line. */
function shown(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length > 40 ? `${json.slice(0, 39)}…` : json;
}
