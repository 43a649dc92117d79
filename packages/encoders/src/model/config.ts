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
const activationNames = ['gelu', 'gelu_new', 'gelu_pytorch_tanh', 'relu'];

/**
 * Reads the object of a `config.json`.
 *
 * @param where named in errors
 * @throws EncoderConfigError for other architectures, and for sizes that are missing or make no sense
 */
export function parseEncoderConfig(json: unknown, where = 'config.json'): EncoderConfig {
  if (typeof json !== 'object' || json === null)
    throw new EncoderConfigError(`${where} is not a JSON object`);
  const fields = json as Record<string, unknown>;
  const modelType = modelTypes.find((name) => name === fields.model_type);
  if (!modelType)
    throw new EncoderConfigError(
      `${where}: model_type is ${JSON.stringify(fields.model_type)}; known are ${modelTypes.join(', ')}`,
    );
  const number = (key: string, fallback?: number): number => {
    const value = fields[key] ?? fallback;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw new EncoderConfigError(`${where}: ${key} is ${JSON.stringify(fields[key])}, not a number`);
  };
  const size = (key: string): number => {
    const value = number(key);
    if (Number.isSafeInteger(value) && value > 0) return value;
    throw new EncoderConfigError(`${where}: ${key} is ${value}, not a positive whole number`);
  };
  const probability = (key: string, fallback: number): number => {
    const value = number(key, fallback);
    if (value >= 0 && value < 1) return value;
    throw new EncoderConfigError(`${where}: ${key} is ${value}, not a probability below 1`);
  };
  const activation = String(fields.hidden_act ?? 'gelu');
  if (!activationNames.includes(activation))
    throw new EncoderConfigError(
      `${where}: hidden_act '${activation}' is not one of ${activationNames.join(', ')}`,
    );
  const positions = fields.position_embedding_type ?? 'absolute';
  if (positions !== 'absolute')
    throw new EncoderConfigError(
      `${where}: position_embedding_type '${String(positions)}' is not supported, only absolute`,
    );
  const hiddenDropout = probability('hidden_dropout_prob', 0.1);
  const config: EncoderConfig = {
    modelType,
    vocabSize: size('vocab_size'),
    hiddenSize: size('hidden_size'),
    layers: size('num_hidden_layers'),
    heads: size('num_attention_heads'),
    intermediateSize: size('intermediate_size'),
    activation,
    maxPositions: size('max_position_embeddings'),
    typeVocabSize: size('type_vocab_size'),
    layerNormEpsilon: number('layer_norm_eps', 1e-12),
    padTokenId: number('pad_token_id', modelType === 'bert' ? 0 : 1),
    hiddenDropout,
    attentionDropout: probability('attention_probs_dropout_prob', 0.1),
    classifierDropout: probability('classifier_dropout', hiddenDropout),
    initializerRange: number('initializer_range', 0.02),
  };
  if (config.hiddenSize % config.heads !== 0)
    throw new EncoderConfigError(
      `${where}: hidden_size ${config.hiddenSize} is no multiple of ${config.heads} heads`,
    );
  const { padTokenId } = config;
  if (!Number.isSafeInteger(padTokenId) || padTokenId < 0 || maxSequenceLength(config) < 1)
    throw new EncoderConfigError(
      `${where}: pad_token_id ${padTokenId} does not fit ${config.maxPositions} positions`,
    );
  return config;
}

/** Longest sequence the position table has room for. */
export function maxSequenceLength({ modelType, maxPositions, padTokenId }: EncoderConfig): number {
  return modelType === 'bert' ? maxPositions : maxPositions - padTokenId - 1;
}
