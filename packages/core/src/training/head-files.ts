import type { TensorReader } from '../files/tensor-reader.ts';
import {
  checkAdapterName,
  commonKeys,
  ModelFileError,
  parseJsonObject,
  sortedJson,
} from '../methods/adapter-config.ts';
import type { FileSet, SaveCall } from '../methods/method.ts';
import { tensorFiles } from '../methods/tensor-files.ts';
import {
  type HeadFeatures,
  type HeadOptions,
  headFeatures,
  headLayers,
  type Problem,
  type SavedHead,
} from '../nn/head.ts';
import type { NamedTensor } from '../nn/parameters.ts';
import { problemTypes } from './hub-head.ts';

const headTypes: Record<Problem, string> = {
  singleLabelClassification: 'classification',
  regression: 'classification',
  multiLabelClassification: 'multilabel_classification',
  multipleChoice: 'multiple_choice',
};

/** `head_config.json` and the tensors, as safetensors and as torch has them (reference/formats 1.3). */
export function headFiles(
  { options, labels, tensors }: SavedHead,
  call: Pick<SaveCall, 'encoder' | 'modelName'>,
): FileSet {
  const { problem, outputs, layout, name } = options;
  const names = labels ?? Array.from({ length: outputs }, (_, i) => `LABEL_${i}`);
  const label2id = Object.fromEntries(names.map((label, id) => [label, id]));
  const choice = problem === 'multipleChoice';
  const features = headFeatures(options);
  const flexible = {
    head_type: headTypes[problem],
    [choice ? 'num_choices' : 'num_labels']: outputs,
    layers: features === 'dense' ? 2 : 1,
    activation_function: 'tanh',
    label2id,
    use_pooler: features === 'pooled',
    dropout_prob: null,
    ...(choice ? {} : { bias: true }),
  };
  const own =
    layout === 'flexible'
      ? { config: flexible, name }
      : { config: null, name: null, label2id, num_labels: outputs };
  return {
    'head_config.json': sortedJson({ ...commonKeys(call), ...own, problem_type: problemTypes[problem] }),
    ...tensorFiles('model_head', tensors),
  };
}

/**
 * Reads a head.
 *
 * @throws ModelFileError if the configuration is none this library writes or the `adapters` library's
 */
export async function readHead(configText: string, weights: TensorReader, where: string): Promise<SavedHead> {
  const json = parseJsonObject(configText, where);
  const config = json.config as Record<string, unknown> | null | undefined;
  const layout = config ? 'flexible' : 'static';
  const label2id = (config?.label2id ?? json.label2id) as Record<string, number> | null | undefined;
  const names = Object.entries(label2id ?? {})
    .sort(([, a], [, b]) => a - b)
    .map(([label]) => label);
  const outputs = Number(config?.num_labels ?? config?.num_choices ?? json.num_labels ?? names.length);
  if (!Number.isSafeInteger(outputs) || outputs < 1)
    throw new ModelFileError(`${where} does not say how many outputs the head has`);
  const problem = problemOf(json, config, outputs, where);
  const name = config ? checkAdapterName(json.name, where) : '';
  const features = config ? readFeatures(config, where) : staticFeatures(problem, weights);
  const tensors = new Map<string, NamedTensor>();
  for (const [key, { shape }] of weights.entries)
    tensors.set(key, { shape, data: await weights.readFloat32(key) });
  return {
    options: { problem, outputs, layout, name, ...(features === 'dense' ? {} : { features }) },
    labels: problem === 'regression' ? null : names,
    tensors,
  };
}

function problemOf(
  json: Record<string, unknown>,
  config: Record<string, unknown> | null | undefined,
  outputs: number,
  where: string,
): Problem {
  const written = Object.entries(problemTypes).find(([, type]) => type === json.problem_type)?.[0];
  if (written) return written as Problem;
  switch (config?.head_type ?? 'classification') {
    case 'classification':
      return outputs === 1 ? 'regression' : 'singleLabelClassification';
    case 'multilabel_classification':
      return 'multiLabelClassification';
    case 'multiple_choice':
      return 'multipleChoice';
    default:
      throw new ModelFileError(`${where}: heads of type ${JSON.stringify(config?.head_type)} are not known`);
  }
}

/** What the last layer of a static head reads, as its keys tell; multiple choice has only one kind. */
function staticFeatures(problem: Problem, { entries }: TensorReader): HeadFeatures {
  return problem !== 'multipleChoice' && entries.has('classifier.weight') ? 'pooled' : 'dense';
}

/** What the last layer of a flexible head reads; refuses heads of more layers and others. */
function readFeatures(config: Record<string, unknown>, where: string): HeadFeatures {
  const { layers = 2, activation_function: activation = 'tanh', use_pooler: pooler = false } = config;
  const features = layers === 1 ? (pooler ? 'pooled' : 'first') : 'dense';
  if (!(layers === 1 || (layers === 2 && activation === 'tanh' && pooler === false)))
    throw new ModelFileError(
      `${where}: a head with layers ${layers}, activation_function ${activation} and use_pooler ${pooler} cannot be read; only one layer, or 2, tanh and false`,
    );
  if (config.bias === false) throw new ModelFileError(`${where}: a head without bias cannot be read`);
  return features;
}

/** A head's tensors under the keys of another layout, layer by layer. */
export function renameHead(
  tensors: ReadonlyMap<string, NamedTensor>,
  from: HeadOptions,
  to: HeadOptions,
): Map<string, NamedTensor> {
  const [source, target] = [headLayers(from), headLayers(to)];
  return new Map(
    [...tensors].map(([key, tensor]) => {
      const i = source.findIndex((base) => key.startsWith(`${base}.`));
      return [i < 0 ? key : `${target[i]}${key.slice((source[i] as string).length)}`, tensor];
    }),
  );
}
