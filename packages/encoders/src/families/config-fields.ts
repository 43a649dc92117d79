import {
  type JsonFields,
  type JsonRule,
  jsonCount,
  jsonList,
  jsonNumber,
  jsonNumberIn,
  jsonObject,
  jsonOr,
  jsonOrNull,
  jsonText,
  shown,
} from '@scalearn/core/files';
import { activations } from '@scalearn/core/graph';
import type { TransformerConfig } from './config.ts';

/** Maximum number of layers. It limits the loops and allocations that a file can cause. */
const mostLayers = 1024;
/** Largest size of one dimension of a weight. */
export const largestSize: number = 2 ** 27;

/** Keys of `config.json` by their meaning, in the order in which they are written. */
export type ConfigKeys = Readonly<
  Partial<Record<Exclude<keyof TransformerConfig, 'modelType' | 'headOptions'>, string>>
>;

/**
 * Reads a configuration and refuses fields that would change what the encoder computes. Sizes are required. Other
 * fields have defaults, which also apply to fields missing in `keys`. Fields that transformers ignores are ignored
 * here.
 *
 * @param given the model type and the family's defaults; sizes that the family does not read must be given; the
 * classifier's dropout is by default that of hidden states
 * @param own keys that the family reads itself, of parts that BERT does not have
 */
export function readConfigFields(
  fields: JsonFields,
  keys: ConfigKeys,
  given: Pick<TransformerConfig, 'modelType' | 'padTokenId'> & Partial<TransformerConfig>,
  own: readonly string[] = [],
): TransformerConfig {
  checkArchitecture(fields, own);
  type Numbers = Exclude<keyof ConfigKeys, 'activation'>;
  const size = (name: Numbers, most = largestSize): number => {
    const key = keys[name];
    return key === undefined ? (given[name] ?? 0) : fields.get(key, jsonCount(1, most));
  };
  const optional = <T>(name: keyof ConfigKeys, rule: JsonRule<T>, fallback: T): T => {
    const key = keys[name];
    return key === undefined ? fallback : fields.take(key, rule, fallback);
  };
  const orNull = (name: Numbers, rule: JsonRule<number>, fallback: number): number =>
    optional(name, jsonOrNull(rule), null) ?? fallback;
  const fraction = jsonNumberIn(0, 1);
  const hiddenDropout = orNull('hiddenDropout', fraction, given.hiddenDropout ?? 0.1);
  const config: TransformerConfig = {
    modelType: given.modelType,
    vocabSize: size('vocabSize'),
    hiddenSize: size('hiddenSize'),
    layers: size('layers', mostLayers),
    heads: size('heads'),
    intermediateSize: size('intermediateSize'),
    activation: optional('activation', activationName, given.activation ?? 'gelu'),
    maxPositions: size('maxPositions'),
    typeVocabSize: size('typeVocabSize'),
    layerNormEpsilon: optional('layerNormEpsilon', fraction, given.layerNormEpsilon ?? 1e-12),
    padTokenId: orNull('padTokenId', jsonCount(0), given.padTokenId),
    hiddenDropout,
    attentionDropout: orNull('attentionDropout', fraction, given.attentionDropout ?? 0.1),
    classifierDropout: orNull('classifierDropout', fraction, given.classifierDropout ?? hiddenDropout),
    initializerRange: optional('initializerRange', jsonNumberIn(0, Infinity), given.initializerRange ?? 0.02),
  };
  const { hiddenSize, heads } = config;
  if (hiddenSize % heads !== 0)
    throw fields.error(`${keys.hiddenSize} ${hiddenSize} is not a multiple of ${heads} heads`);
  return config;
}

/** The inverse of {@link readConfigFields}. */
export function writeConfigFields(config: TransformerConfig, keys: ConfigKeys): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(keys).map(([name, key]) => [key, config[name as keyof TransformerConfig]]),
  );
}

const activationName: JsonRule<string> = {
  what: `one of ${Object.keys(activations).join(', ')}`,
  fits: (value): value is string => typeof value === 'string' && Object.hasOwn(activations, value),
};

/** Fields that would change what the encoder computes, with the values at which they do not. */
const plain: Readonly<Record<string, readonly unknown[]>> = {
  position_embedding_type: ['absolute', null],
  is_decoder: [false, null],
  is_encoder_decoder: [false, null],
  add_cross_attention: [false, null],
  cross_attention_hidden_size: [null],
  tie_encoder_decoder: [false, null],
  quantization_config: [null],
};
/** Fields of other architectures. In a file of a supported family they show that the model's code differs. */
const foreign =
  /^(?:rope|rotary|alibi|relative_attention|relative_position|rms_norm|use_rms|norm_type|layernorm_type|normalization_type|attention_type|attn_type|local_attention|sliding_window|attention_window|pre_norm|prenorm|use_glu|mlp_type|num_experts|embedding_norm|scale_emb)/;

function checkArchitecture(fields: JsonFields, own: readonly string[]): void {
  for (const [key, values] of Object.entries(plain))
    if (fields.has(key) && !own.includes(key) && !values.includes(fields.raw(key)))
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
  const other = fields.keys.find(
    (key) => foreign.test(key) && !own.includes(key) && !off.includes(fields.raw(key)),
  );
  if (other !== undefined)
    throw fields.error(`${shown(other)} is ${shown(fields.raw(other))}, which is of another architecture`);
}

/** Refuses sizes that are derived from others here but may differ in other implementations. */
export function checkDerived(fields: JsonFields, derived: Readonly<Record<string, number>>): void {
  for (const [key, expected] of Object.entries(derived)) {
    const value = fields.take(key, jsonOrNull(jsonNumber), null);
    if (value !== null && value !== expected)
      throw fields.error(`${key} is ${value}, which is not supported, only ${expected}`);
  }
}

/** Refuses attention heads of another size or number than the hidden states give; see {@link checkDerived}. */
export function checkHeads(fields: JsonFields, { hiddenSize, heads }: TransformerConfig): void {
  const size = hiddenSize / heads;
  checkDerived(fields, { head_dim: size, attention_head_size: size, num_key_value_heads: heads });
}

/** Reads names from a list, or joined by `|`. Refuses others than the known ones, and knows `none`. */
export function readNames<const T extends string>(
  fields: JsonFields,
  key: string,
  known: readonly T[],
): readonly T[] {
  const value = fields.take(key, jsonOrNull(jsonOr(jsonText, jsonList(jsonText))), null) ?? [];
  const names = (typeof value === 'string' ? value.toLowerCase().split('|') : value).map((name) =>
    name.trim(),
  );
  const other = names.find((name) => !['', 'none', ...known].includes(name));
  if (other !== undefined)
    throw fields.error(`${key} has ${shown(other)}, which is not supported, only ${known.join(' and ')}`);
  return known.filter((name) => names.includes(name));
}
