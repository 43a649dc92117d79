import { ModelFileError } from '../files/errors.ts';
import {
  JsonFields,
  jsonBoolean,
  jsonCount,
  jsonNumberIn,
  jsonOneOf,
  jsonOrNull,
  jsonRecord,
  jsonText,
} from '../files/json-fields.ts';
import { shown } from '../files/shown.ts';
import type { TensorReader } from '../files/tensor-reader.ts';
import { adapterNameOf } from '../methods/adapter-config.ts';
import type { MethodTarget } from '../methods/method.ts';
import { checkFileTarget } from '../methods/model-json.ts';
import { readExactly } from '../methods/trained-tensors.ts';
import type { EncoderArchitecture } from '../nn/architecture.ts';
import { createHead, type HeadOptions, type Problem, type SavedHead } from '../nn/head.ts';
import type { NamedTensor } from '../nn/parameters.ts';
import { poolings } from '../nn/static-head.ts';
import { activations } from '../ops/named-activations.ts';
import { headTypes, problemTypes } from './head-files.ts';

/** Limit of choices: more than any task has. Nothing else in a head's files limits their number. */
const mostChoices = 1000;
const label2id = jsonRecord(jsonCount(0));

/** Keys of a static head's configuration, besides the shared keys. */
const staticKeys = ['label2id', 'num_labels', 'problem_type', 'pooling'];
const flexibleKeys = [
  ...['head_type', 'num_labels', 'num_choices', 'layers', 'activation_function', 'label2id', 'use_pooler'],
  ...['bias', 'dropout_prob', 'pooling'],
];

/**
 * Reads a head for the encoder that it belongs to.
 *
 * @throws ModelFileError if neither this library nor the `adapters` library writes such a configuration, the head
 *   belongs to another encoder, or the tensors do not fit
 */
export async function readHead(
  configText: string,
  weights: TensorReader,
  where: string,
  target: Pick<MethodTarget, 'encoder'>,
): Promise<SavedHead> {
  const json = JsonFields.parse(configText, where);
  const config = (json.raw('config') ?? null) === null ? undefined : json.object('config');
  const about = config ?? json;
  const type = config?.take('head_type', jsonText, 'classification');
  if (type !== undefined && !Object.values(headTypes).includes(type))
    throw json.error(
      `heads of type ${shown(type)} cannot be read; ${[...new Set(Object.values(headTypes))].join(', ')} can`,
    );
  checkFileTarget(json, target, staticKeys);
  config?.only(flexibleKeys);
  config?.take('dropout_prob', jsonOrNull(jsonNumberIn(0, 1)), null);
  const ids =
    about.take('label2id', jsonOrNull(label2id), null) ?? json.take('label2id', jsonOrNull(label2id), null);
  const count = jsonOrNull(jsonCount(1));
  const written =
    about.take('num_labels', count, null) ??
    about.take('num_choices', count, null) ??
    json.take('num_labels', count, null);
  const outputs = written ?? Object.keys(ids ?? {}).length;
  if (outputs < 1) throw json.error('the number of outputs of the head is missing');
  const problem = problemOf(json, type, outputs);
  if (problem === 'regression' && outputs !== 1)
    throw json.error(`problem_type is "regression", which has one output, and the head has ${outputs}`);
  const pooling = about.take('pooling', jsonOrNull(jsonOneOf(poolings)), null);
  const options: HeadOptions = {
    ...{ problem, outputs, layout: config ? 'flexible' : 'static', name: config ? adapterNameOf(json) : '' },
    ...(pooling === null ? {} : { pooling }),
    ...(config ? readFeatures(config) : staticFeatures(problem, weights, target.encoder)),
  };
  const tensors = await readHeadTensors(weights, options, where, target);
  return { options, labels: problem === 'regression' ? null : labelsOf(ids, outputs, json), tensors };
}

function problemOf(json: JsonFields, type: string | undefined, outputs: number): Problem {
  const written = json.take('problem_type', jsonOrNull(jsonOneOf(Object.values(problemTypes))), null);
  // The keys of the record are problems, which the type of `Object.entries` does not express.
  const found = Object.entries(problemTypes).find(([, name]) => name === written)?.[0] as Problem | undefined;
  if (found && type !== undefined && headTypes[found] !== type)
    throw json.error(`problem_type is ${shown(written)}, and the head is of type ${shown(type)}`);
  if (found) return found;
  if (type === 'multilabel_classification') return 'multiLabelClassification';
  if (type === 'multiple_choice') return 'multipleChoice';
  return outputs === 1 ? 'regression' : 'singleLabelClassification';
}

/** Returns the labels in the order of their ids, which must be 0, 1, …; null if the file has none. */
function labelsOf(
  ids: Readonly<Record<string, number>> | null,
  outputs: number,
  json: JsonFields,
): readonly string[] {
  if (ids === null) return [];
  const entries = Object.entries(ids).sort(([, a], [, b]) => a - b);
  if (entries.length !== outputs || entries.some(([, id], i) => id !== i))
    throw json.error(`label2id is ${shown(ids)}; it must give the ids 0 to ${outputs - 1}, each once`);
  return entries.map(([label]) => label);
}

/** Returns the input of a static head's last layer, according to its keys. Multiple choice has only one kind. */
function staticFeatures(
  problem: Problem,
  { entries }: TensorReader,
  { staticHead: { modules }, modules: { pooler } }: EncoderArchitecture,
): Pick<HeadOptions, 'features'> {
  const isOwn = modules.includes('classifier') || pooler === undefined;
  const isPooled = problem !== 'multipleChoice' && entries.has('classifier.weight') && !isOwn;
  return isPooled ? { features: 'pooled' } : {};
}

/** Returns the input of a flexible head's last layer. Refuses heads with more layers and other unsupported heads. */
function readFeatures(config: JsonFields): Pick<HeadOptions, 'features' | 'activation'> {
  const layers = config.take('layers', jsonCount(0), 2);
  const activation = config.take('activation_function', jsonOrNull(jsonText), 'tanh') ?? '';
  const pooler = config.take('use_pooler', jsonBoolean, false);
  if (!(layers === 1 || (layers === 2 && Object.hasOwn(activations, activation) && !pooler)))
    throw config.error(
      `a head with layers ${layers}, activation_function ${shown(activation)} and use_pooler ${pooler} cannot be read; only one layer, or 2, an activation of ${Object.keys(activations).join(', ')}, and false`,
    );
  if (!config.take('bias', jsonBoolean, true)) throw config.error('a head without bias cannot be read');
  if (layers === 2) return activation === 'tanh' ? {} : { activation };
  return { features: pooler ? 'pooled' : 'first' };
}

async function readHeadTensors(
  weights: TensorReader,
  options: HeadOptions,
  where: string,
  { encoder }: Pick<MethodTarget, 'encoder'>,
): Promise<Map<string, NamedTensor>> {
  const { problem, outputs } = options;
  if (problem === 'multipleChoice' && outputs > mostChoices)
    throw new ModelFileError(
      `${where}: a head of ${outputs} choices cannot be read; at most ${mostChoices} can`,
    );
  const specs = createHead(options).parameters(encoder);
  return readExactly(weights, specs, `${where}: the tensors of the head do not fit it`);
}
