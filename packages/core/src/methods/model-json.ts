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
export function stableStringify(value: unknown): string {
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

/**
 * The architecture of a Python class, `Roberta` of `RobertaForSequenceClassification`; undefined for classes of no one
 * architecture.
 */
function architectureOfClass(modelClass: string): string | undefined {
  const [, name] =
    /^(\w+?)(?:AdapterModel|ModelWithHeads|Model|For[A-Z]\w*|LMHeadModel)$/.exec(modelClass) ?? [];
  return name === 'Auto' || name === 'PreTrained' ? undefined : name;
}

/** Whether two names are of one architecture: `xlm-roberta` and `XLMRoberta` are, as model types and classes name it. */
export function isSameArchitecture(one: string, other: string): boolean {
  const plain = (name: string): string => name.replace(/\W|_/g, '').toLowerCase();
  return plain(one) === plain(other);
}

/** Keys that every JSON file of a model folder has beside its own. */
export function modelMetadata({
  encoder: { hiddenSize, modelType, pythonClass },
  modelName,
}: Pick<SaveCall, 'encoder' | 'modelName'>): Record<string, unknown> {
  return {
    hidden_size: hiddenSize,
    model_class: pythonClass ? `${pythonClass}AdapterModel` : null,
    model_name: modelName,
    model_type: modelType,
    version: adaptersVersion,
  };
}

/** Names of the keys that {@link readModelMetadata} takes, and of those beside them that change nothing. */
export const modelMetadataKeys: readonly string[] = [
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
  /** As its files say it, or else as the name of its class in Python begins. */
  readonly modelType: string | undefined;
  readonly modelName: string | undefined;
  readonly hiddenSize: number | undefined;
}

/** Reads what {@link modelMetadata} wrote, or others did. @throws ModelFileError also for two architectures */
export function readModelMetadata(json: JsonFields): FileTarget {
  const text = (key: string): string | undefined => json.take(key, jsonOrNull(jsonText), null) || undefined;
  const written = text('model_type');
  const modelClass = text('model_class');
  const ofClass = modelClass === undefined ? undefined : architectureOfClass(modelClass);
  if (written !== undefined && ofClass !== undefined && !isSameArchitecture(written, ofClass))
    throw json.error(
      `model_type is ${shown(written)}, and model_class is ${shown(modelClass)}, which is another architecture`,
    );
  return {
    modelType: written ?? ofClass,
    modelName: text('model_name'),
    hiddenSize: json.take('hidden_size', jsonOrNull(jsonCount(1)), null) ?? undefined,
  };
}

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
  json.only([...modelMetadataKeys, ...ownKeys]);
  checkNamedEncoder(json, { encoder });
}

/** @throws ModelFileError if a file says that it is for another encoder than it is to be put on; it may have any keys */
export function checkNamedEncoder(json: JsonFields, { encoder }: Pick<MethodTarget, 'encoder'>): void {
  const { modelType, hiddenSize } = readModelMetadata(json);
  if (modelType !== undefined && !isSameArchitecture(modelType, encoder.modelType))
    throw json.error(
      `it is for encoders of the architecture ${shown(modelType)}, this one is ${encoder.modelType}`,
    );
  if (hiddenSize !== undefined && hiddenSize !== encoder.hiddenSize)
    throw json.error(`it is for encoders of hidden size ${hiddenSize}, this one has ${encoder.hiddenSize}`);
}
