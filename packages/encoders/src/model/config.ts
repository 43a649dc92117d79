import {
  activations,
  JsonFields,
  type JsonRule,
  jsonCount,
  jsonNumber,
  jsonNumberIn,
  jsonObject,
  jsonOrNull,
  shown,
} from '@scalearn/core';
import { EncoderConfigError } from './errors.ts';

/** What `config.json` of a BERT, RoBERTa or XLM-R encoder says, checked. */
export interface EncoderConfig {
  readonly modelType: 'bert' | 'roberta' | 'xlm-roberta';
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly intermediateSize: number;
  /** Hugging Face name of the feed-forward activation. */
  readonly activation: string;
  readonly maxPositions: number;
  readonly typeVocabSize: number;
  readonly layerNormEpsilon: number;
  readonly padTokenId: number;
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
  readonly classifierDropout: number;
  readonly initializerRange: number;
}

const modelTypes = ['bert', 'roberta', 'xlm-roberta'] as const;
/** More than any encoder has: what a file may make a program loop over or allocate. */
const mostLayers = 1024;
const largestSize = 2 ** 27;

/**
 * Reads the object of a `config.json`. Fields that change what the encoder computes are read, or must be as BERT and
 * RoBERTa have them; those that transformers ignores for these architectures are ignored here.
 *
 * @param where named in errors
 * @throws EncoderConfigError for other architectures, and for sizes that are missing or make no sense
 */
export function parseEncoderConfig(json: unknown, where = 'config.json'): EncoderConfig {
  const fields = JsonFields.of(json, where, EncoderConfigError);
  const modelType = modelTypes.find((name) => name === fields.raw('model_type'));
  if (!modelType)
    throw fields.error(
      `model_type is ${shown(fields.raw('model_type'))}; known are ${modelTypes.join(', ')}`,
    );
  checkArchitecture(fields);
  const size = (key: string, most = largestSize): number => fields.get(key, jsonCount(1, most));
  const probability = (key: string, fallback: number): number =>
    fields.take(key, jsonOrNull(jsonNumberIn(0, 1)), null) ?? fallback;
  const hiddenDropout = probability('hidden_dropout_prob', 0.1);
  const config: EncoderConfig = {
    modelType,
    vocabSize: size('vocab_size'),
    hiddenSize: size('hidden_size'),
    layers: size('num_hidden_layers', mostLayers),
    heads: size('num_attention_heads'),
    intermediateSize: size('intermediate_size'),
    activation: fields.take('hidden_act', activationName, 'gelu'),
    maxPositions: size('max_position_embeddings'),
    typeVocabSize: size('type_vocab_size'),
    layerNormEpsilon: fields.take('layer_norm_eps', jsonNumberIn(0, 1), 1e-12),
    padTokenId: fields.take('pad_token_id', jsonOrNull(jsonCount(0)), null) ?? (modelType === 'bert' ? 0 : 1),
    hiddenDropout,
    attentionDropout: probability('attention_probs_dropout_prob', 0.1),
    classifierDropout: probability('classifier_dropout', hiddenDropout),
    initializerRange: fields.take('initializer_range', jsonNumberIn(0, Infinity), 0.02),
  };
  if (config.hiddenSize % config.heads !== 0)
    throw fields.error(`hidden_size ${config.hiddenSize} is no multiple of ${config.heads} heads`);
  const { padTokenId } = config;
  if (maxSequenceLength(config) < 1)
    throw fields.error(`pad_token_id ${padTokenId} does not fit ${config.maxPositions} positions`);
  checkDerived(fields, config);
  return config;
}

const activationName: JsonRule<string> = {
  what: `one of ${Object.keys(activations).join(', ')}`,
  fits: (value): value is string => typeof value === 'string' && Object.hasOwn(activations, value),
};

/** Fields that would make another encoder of it, with the values at which they do not. */
const plain: Readonly<Record<string, readonly unknown[]>> = {
  position_embedding_type: ['absolute', null],
  is_decoder: [false, null],
  is_encoder_decoder: [false, null],
  add_cross_attention: [false, null],
  cross_attention_hidden_size: [null],
  tie_encoder_decoder: [false, null],
  quantization_config: [null],
};
/** Parts of other architectures: named in a file of one of ours, they say that its code is another. */
const foreign =
  /^(?:rope|rotary|alibi|relative_attention|relative_position|rms_norm|use_rms|norm_type|layernorm_type|normalization_type|attention_type|attn_type|local_attention|sliding_window|attention_window|pre_norm|prenorm|use_glu|mlp_type|num_experts|embedding_norm|scale_emb)/;

function checkArchitecture(fields: JsonFields): void {
  for (const [key, values] of Object.entries(plain))
    if (fields.has(key) && !values.includes(fields.raw(key)))
      throw fields.error(
        `${key} is ${shown(fields.raw(key))}, which is not supported, only ${shown(values[0])}`,
      );
  for (const key of ['pruned_heads', 'auto_map']) {
    const value = fields.take(key, jsonOrNull(jsonObject), null);
    if (value !== null && Object.keys(value).length > 0)
      throw fields.error(
        key === 'auto_map'
          ? 'auto_map names code of its own in Python, so what the encoder computes cannot be told'
          : `pruned_heads is ${shown(value)}; an encoder whose heads were pruned cannot be read`,
      );
  }
  const off: readonly unknown[] = [null, false, 0, '', 'absolute'];
  const other = fields.keys.find((key) => foreign.test(key) && !off.includes(fields.raw(key)));
  if (other !== undefined)
    throw fields.error(`${shown(other)} is ${shown(fields.raw(other))}, which is of another architecture`);
}

/** Sizes that follow from others here, and elsewhere need not. */
function checkDerived(fields: JsonFields, { hiddenSize, heads }: EncoderConfig): void {
  const derived = {
    embedding_size: hiddenSize,
    embedding_hidden_size: hiddenSize,
    head_dim: hiddenSize / heads,
    attention_head_size: hiddenSize / heads,
    num_key_value_heads: heads,
  };
  for (const [key, expected] of Object.entries(derived)) {
    const value = fields.take(key, jsonOrNull(jsonNumber), null);
    if (value !== null && value !== expected)
      throw fields.error(`${key} is ${value}, which is not supported, only ${expected}`);
  }
}

/** Longest sequence the position table has room for. */
export function maxSequenceLength({ modelType, maxPositions, padTokenId }: EncoderConfig): number {
  return modelType === 'bert' ? maxPositions : maxPositions - padTokenId - 1;
}
