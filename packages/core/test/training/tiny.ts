// The smallest things that train: a random encoder, tasks it can learn, a checkpoint store that forgets nothing.
import {
  createEncoder,
  encoderWeights,
  type FamilyOptions,
  parseEncoderConfig,
  type TransformerConfig,
  type TransformerEncoder,
  type WeightSpec,
} from '../../../encoders/src/index.ts';
import { bytesSource, openSafetensors, writeSafetensors } from '../../src/files.ts';
import { RandomStream } from '../../src/graph.ts';
import type {
  CheckpointStore,
  Device,
  NamedTensor,
  TrainedModel,
  TrainingExample,
  TrainingTask,
  TrainSettings,
} from '../../src/index.ts';

const words = ['red', 'rose', 'ruby', 'wine', 'fire', 'rust', 'blue', 'sky', 'sea', 'ice', 'ink', 'iris'];

export interface TinyOptions {
  readonly hiddenSize?: number;
  readonly layers?: number;
  readonly modelType?: TinyModelType;
  readonly dropout?: number;
  /** Decides the weights. */
  readonly seed?: number;
}

interface TinySizes {
  readonly hiddenSize: number;
  readonly layers: number;
  readonly dropout: number;
}

type TinyJson = (sizes: TinySizes) => Readonly<Record<string, unknown>>;
export type TinyModelType =
  | 'bert'
  | 'roberta'
  | 'distilbert'
  | 'electra'
  | 'mpnet'
  | 'modernbert'
  | 'deberta-v2';

const bertJson: TinyJson = ({ hiddenSize, layers, dropout }) => ({
  ...{ hidden_size: hiddenSize, num_hidden_layers: layers, num_attention_heads: 2 },
  ...{ intermediate_size: 12, type_vocab_size: 2 },
  ...{ hidden_dropout_prob: dropout, attention_probs_dropout_prob: dropout },
});

/** What `config.json` says of small encoders, by model type. */
const tinyConfigs: Readonly<Record<TinyModelType, TinyJson>> = {
  bert: bertJson,
  roberta: bertJson,
  distilbert: ({ hiddenSize, layers, dropout }) => ({
    ...{ dim: hiddenSize, n_layers: layers, n_heads: 2, hidden_dim: 12 },
    ...{ dropout, attention_dropout: dropout, seq_classif_dropout: dropout },
  }),
  electra: (sizes) => ({ ...bertJson(sizes), embedding_size: 6 }),
  mpnet: bertJson,
  modernbert: ({ dropout, ...sizes }) => ({
    ...{ ...bertJson({ dropout, ...sizes }), global_attn_every_n_layers: 2, local_attention: 4 },
    ...{ embedding_dropout: dropout, attention_dropout: dropout, mlp_dropout: dropout },
    classifier_pooling: 'mean',
  }),
  'deberta-v2': (sizes) => ({
    ...{ ...bertJson(sizes), relative_attention: true, position_biased_input: false, share_att_key: true },
    ...{ type_vocab_size: 0, pos_att_type: 'p2c|c2p', position_buckets: 4, norm_rel_ebd: 'layer_norm' },
  }),
};

/** An encoder of 8 dimensions and 2 layers with random weights; texts are words of a short list. */
export async function tinyEncoder(device: Device, options: TinyOptions = {}): Promise<TransformerEncoder> {
  const { hiddenSize = 8, layers = 2, modelType = 'bert', dropout = 0.1, seed = 0 } = options;
  const config = parseEncoderConfig({
    ...{ model_type: modelType, vocab_size: 2 + words.length, max_position_embeddings: 20 },
    ...tinyConfigs[modelType]({ hiddenSize, layers, dropout }),
  });
  return tinyEncoderOf(device, config, { seed });
}

/** An encoder with random weights of a configuration, for the same texts. */
export async function tinyEncoderOf(
  device: Device,
  config: TransformerConfig,
  { seed = 0, ...families }: FamilyOptions & { readonly seed?: number } = {},
): Promise<TransformerEncoder> {
  const tensors = encoderWeights(config, families).flatMap(({ shape, parts, initial }) =>
    parts.map((part): [string, NamedTensor] => {
      const partShape = [(shape[0] as number) / parts.length, ...shape.slice(1)];
      const size = partShape.reduce((a, b) => a * b, 1);
      const [mean, deviation] = distribution(part, shape, initial);
      const data = new RandomStream(seed, part).normal(size, mean, deviation);
      // Like an encoder that has read much: words of one kind lie close to each other.
      const width = shape[1] as number;
      if (/word_embeddings|tok_embeddings/.test(part))
        for (let i = 2 * width; i < size; i++) data[i]! += i < 8 * width === i % 2 > 0 ? 1 : -1;
      return [part, { shape: partShape, data }];
    }),
  );
  return createEncoder({
    ...families,
    device,
    config,
    weights: await openSafetensors(bytesSource(writeSafetensors(tensors))),
    name: 'tiny',
    tokenizer: {
      encode: (segments) => {
        const parts = segments.map((text) => [...text.split(' ').map((word) => 2 + words.indexOf(word)), 1]);
        return {
          inputIds: [0, ...parts.flat()],
          tokenTypeIds: [0, ...parts.flatMap((ids, i) => ids.map(() => i))],
        };
      },
    },
  });
}

/** Chosen so that the last first token depends on every word: there is something to learn. */
function distribution(
  name: string,
  [, inputs]: readonly number[],
  initial: WeightSpec['initial'],
): readonly [mean: number, deviation: number] {
  if (initial === 'ones') return [1, 0.1];
  if (name.endsWith('bias')) return [0, 0.1];
  if (name.startsWith('embeddings')) return [0, name.includes('word') ? 0.5 : 0.2];
  return [0, 1.5 / Math.sqrt(inputs as number)];
}

export interface TinyTaskOptions {
  readonly id?: string;
  readonly problem?: TrainingTask['problem'];
  readonly rows?: number;
  readonly validationRows?: number;
  /** Decides the texts. */
  readonly seed?: number;
  /** The label no longer depends on the text: training can only overfit. */
  readonly noise?: boolean;
}

/**
 * Which half of the words a text or a pair is made of; with two labels, one for each text. Of two choices
 * the one made of the second half is right.
 */
export function tinyTask(options: TinyTaskOptions = {}): TrainingTask {
  const { id = 'tiny/red', problem = 'singleLabelClassification', rows = 40, validationRows = 16 } = options;
  const stream = new RandomStream(options.seed ?? 0, `task/${id}`);
  const text = (about: number): string =>
    Array.from({ length: 1 + stream.below(4) }, () => words[about * 6 + stream.below(6)]).join(' ');
  const example = (): TrainingExample => {
    const [first, second] = [stream.below(2), stream.below(2)];
    const pair = stream.below(2) === 1 || problem === 'multiLabelClassification';
    const same = problem === 'multiLabelClassification' ? second : first;
    if (problem === 'multipleChoice')
      return { segments: [text(first)], choices: [text(1 - second), text(second)], label: second };
    const segments = pair ? ([text(first), text(same)] as const) : ([text(first)] as const);
    if (problem === 'regression') return { segments, label: first + 0.5 };
    if (problem === 'multiLabelClassification') return { segments, label: [first, second] };
    return { segments, label: options.noise ? second : first };
  };
  return {
    id,
    problem,
    labels: problem === 'regression' ? null : ['no', 'yes'],
    maxLength: 12,
    truncation: 'longestFirst',
    train: Array.from({ length: rows }, example),
    validation: Array.from({ length: validationRows }, example),
  };
}

/** Options of a run on one task. Unlike those of `train` they can be combined property by property. */
export type TaskRun = TrainSettings & { readonly task: TrainingTask };

/** Checkpoints in memory, all that were ever saved. */
export class MemoryStore implements CheckpointStore {
  readonly saved: Uint8Array[] = [];
  constructor(...saved: Uint8Array[]) {
    this.saved.push(...saved);
  }
  async load(): Promise<Uint8Array | undefined> {
    return this.saved.at(-1);
  }
  async save(bytes: Uint8Array): Promise<void> {
    this.saved.push(bytes.slice());
  }
}

/** Everything that training decided, to be compared bit for bit. */
export async function outcome(model: TrainedModel): Promise<unknown> {
  const { tensors, heads } = await model.snapshot();
  const bits = ([name, { data }]: [string, NamedTensor]): [string, number[]] => [
    name,
    [...new Int32Array(data.slice().buffer)],
  ];
  const { history, bestEpoch, steps } = model;
  return {
    history,
    bestEpoch,
    steps,
    tensors: [...tensors].map(bits),
    heads: [...heads.values()].map((head) => [...head.tensors].map(bits)),
  };
}
