import { type JsonFields, jsonCount, jsonOrNull, jsonText } from '../files/json-fields.ts';
import { shown } from '../files/shown.ts';
import type { MethodTarget, SaveCall } from './method.ts';

/** The version of the `adapters` library whose folder format is written. */
const adaptersVersion = 'adapters.1.3.0';

/**
 * Matches numbers that Python must read as `float` but JavaScript writes as whole numbers. The `adapters` library
 * refuses a `scaling` of 1 as an unknown kind, and accepts 1.0.
 */
const floats = /^( *"(?:scaling|dropout|stochastic_depth)": -?\d+)(?=,?$)/gm;

/** Writes JSON as the Python libraries do: sorted keys, indented by two spaces. */
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
 * Returns the architecture of a Python class: `Roberta` for `RobertaForSequenceClassification`. Returns undefined for
 * classes that do not belong to one architecture.
 */
function architectureOfClass(modelClass: string): string | undefined {
  const [, name] =
    /^(\w+?)(?:AdapterModel|ModelWithHeads|Model|For[A-Z]\w*|LMHeadModel)$/.exec(modelClass) ?? [];
  return name === 'Auto' || name === 'PreTrained' ? undefined : name;
}

/** Returns whether two names mean the same architecture, as `xlm-roberta` (a model type) and `XLMRoberta` (a class). */
export function isSameArchitecture(one: string, other: string): boolean {
  const plain = (name: string): string => name.replace(/\W|_/g, '').toLowerCase();
  return plain(one) === plain(other);
}

/** Returns the keys that all JSON files of a model folder share. */
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

/** Names of the keys that {@link readModelMetadata} reads, and of common keys that have no effect. */
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

/** The encoder that a file of a model folder belongs to, as far as the file describes it. */
export interface FileTarget {
  /** Architecture from its files, or else from the prefix of its Python class name. */
  readonly modelType: string | undefined;
  /** Name of the encoder; undefined if the file does not contain it. */
  readonly modelName: string | undefined;
  /** Hidden size of the encoder; undefined if the file does not contain it. */
  readonly hiddenSize: number | undefined;
}

/** Reads the shared keys of a JSON file. @throws ModelFileError if they are invalid or name two architectures */
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
 * Checks the keys of a file. It may have the shared keys and its own.
 *
 * @throws ModelFileError if it has other keys, or belongs to another encoder than the target
 */
export function checkFileTarget(
  json: JsonFields,
  { encoder }: Pick<MethodTarget, 'encoder'>,
  ownKeys: readonly string[] = [],
): void {
  json.only([...modelMetadataKeys, ...ownKeys]);
  checkNamedEncoder(json, { encoder });
}

/** Checks the encoder of a file that may have any keys. @throws ModelFileError if it belongs to another encoder */
export function checkNamedEncoder(json: JsonFields, { encoder }: Pick<MethodTarget, 'encoder'>): void {
  const { modelType, hiddenSize } = readModelMetadata(json);
  if (modelType !== undefined && !isSameArchitecture(modelType, encoder.modelType))
    throw json.error(
      `it is for encoders of the architecture ${shown(modelType)}, this one is ${encoder.modelType}`,
    );
  if (hiddenSize !== undefined && hiddenSize !== encoder.hiddenSize)
    throw json.error(`it is for encoders of hidden size ${hiddenSize}, this one has ${encoder.hiddenSize}`);
}
