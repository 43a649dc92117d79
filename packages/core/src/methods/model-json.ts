import { type JsonFields, jsonCount, jsonOrNull, jsonText } from '../files/json-fields.ts';
import { shown } from '../files/shown.ts';
import type { MethodTarget, SaveCall } from './method.ts';

/** The version of the `adapters` library whose folders are written. */
const adaptersVersion = 'adapters.1.3.0';

/**
 * Keys whose numbers Python must read as `float`, which JavaScript writes as it writes whole ones: the `adapters`
 * library refuses a `scaling` of 1 as an unknown kind, and takes 1.0.
 */
const floats = /^( *"(?:scaling|dropout|stochastic_depth)": -?\d+)(?=,?$)/gm;

/** JSON as these libraries write it: keys sorted, indented by two. */
export function sortedJson(value: unknown): string {
  const sorted = (v: unknown): unknown => {
    if (Array.isArray(v)) return v.map(sorted);
    if (v === null || typeof v !== 'object') return v;
    return Object.fromEntries(
      Object.entries(v)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([k, x]) => [k, sorted(x)]),
    );
  };
  return `${JSON.stringify(sorted(value), null, 2).replace(floats, '$1.0')}\n`;
}

/** How the names of an encoder's classes begin in Python, such as `BertModel`; undefined for encoders it does not have. */
export function classFamily(modelType: string): string | undefined {
  return classFamilies.get(modelType);
}

const classFamilies: ReadonlyMap<string, string> = new Map([
  ['bert', 'Bert'],
  ['roberta', 'Roberta'],
  ['xlm-roberta', 'XLMRoberta'],
]);

/** The architecture of a Python class such as `RobertaForSequenceClassification`; undefined for classes of no one family. */
function typeOfClass(modelClass: string): string | undefined {
  const [, family] =
    /^(\w+?)(?:AdapterModel|ModelWithHeads|Model|For[A-Z]\w*|LMHeadModel)$/.exec(modelClass) ?? [];
  return [...classFamilies].find(([, name]) => name === family)?.[0] ?? otherFamily(family);
}

/** Classes of every architecture say nothing about theirs. */
const otherFamily = (family: string | undefined): string | undefined =>
  family === undefined || family === 'Auto' || family === 'PreTrained' ? undefined : family;

/** Keys that every JSON file of a model folder has beside its own. */
export function commonKeys({
  encoder,
  modelName,
}: Pick<SaveCall, 'encoder' | 'modelName'>): Record<string, unknown> {
  const family = classFamily(encoder.modelType);
  return {
    hidden_size: encoder.hiddenSize,
    model_class: family ? `${family}AdapterModel` : null,
    model_name: modelName,
    model_type: encoder.modelType,
    version: adaptersVersion,
  };
}

/** Names of the keys that {@link readCommonKeys} takes, and of those beside them that change nothing. */
export const commonKeyNames: readonly string[] = [
  'config',
  'config_id',
  'hidden_size',
  'model_class',
  'model_name',
  'model_type',
  'name',
  'version',
];

/** Whose encoder a file of a model folder says it is for, as far as it does. */
export interface FileTarget {
  readonly modelType: string | undefined;
  readonly modelName: string | undefined;
  readonly hiddenSize: number | undefined;
}

/** Reads what {@link commonKeys} wrote, or others did. @throws ModelFileError also for two architectures */
export function readCommonKeys(json: JsonFields): FileTarget {
  const text = (key: string): string | undefined => json.take(key, jsonOrNull(jsonText), null) || undefined;
  const written = text('model_type');
  const modelClass = text('model_class');
  const ofClass = modelClass === undefined ? undefined : typeOfClass(modelClass);
  if (
    written !== undefined &&
    ofClass !== undefined &&
    ofClass !== written &&
    !isSameFamily(written, ofClass)
  )
    throw json.error(
      `model_type is ${shown(written)}, and model_class is ${shown(modelClass)}, which is another architecture`,
    );
  return {
    modelType: written ?? ofClass,
    modelName: text('model_name'),
    hiddenSize: json.take('hidden_size', jsonOrNull(jsonCount(1)), null) ?? undefined,
  };
}

/** Whether a class is of an architecture that is not listed here: `DistilBert` of `distilbert`. */
const isSameFamily = (modelType: string, family: string): boolean =>
  !classFamilies.has(family) &&
  !classFamilies.has(modelType) &&
  modelType.replace(/\W|_/g, '').toLowerCase() === family.toLowerCase();

/**
 * Checks the keys of a file: it may have the common ones and its own.
 *
 * @throws ModelFileError if it has others, or says that it is for another encoder than it is to be put on
 */
export function checkFileTarget(
  json: JsonFields,
  { encoder }: Pick<MethodTarget, 'encoder'>,
  ownKeys: readonly string[] = [],
): void {
  json.only([...commonKeyNames, ...ownKeys]);
  checkNamedEncoder(json, { encoder });
}

/** @throws ModelFileError if a file says that it is for another encoder than it is to be put on; it may have any keys */
export function checkNamedEncoder(json: JsonFields, { encoder }: Pick<MethodTarget, 'encoder'>): void {
  const { modelType, hiddenSize } = readCommonKeys(json);
  if (modelType !== undefined && modelType !== encoder.modelType)
    throw json.error(
      `it is for encoders of the architecture ${shown(modelType)}, this one is ${encoder.modelType}`,
    );
  if (hiddenSize !== undefined && hiddenSize !== encoder.hiddenSize)
    throw json.error(`it is for encoders of hidden size ${hiddenSize}, this one has ${encoder.hiddenSize}`);
}
