import { type TensorToWrite, writeSafetensors } from '@scalearn/core/files';
import { RandomStream } from '@scalearn/core/graph';
import { encoderWeights } from '../../src/model/architecture.ts';
import { parseEncoderConfig } from '../../src/model/config.ts';
import * as tokenizers from '../tokenizer/small-tokenizers.ts';

type Json = Record<string, unknown>;

/** config.json of encoders in miniature, whose vocabularies fit the tokenizers in miniature. */
export const bertConfig: Json = {
  model_type: 'bert',
  vocab_size: 13,
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 12,
  max_position_embeddings: 16,
  type_vocab_size: 2,
  pad_token_id: 0,
};
export const robertaConfig: Json = {
  ...bertConfig,
  model_type: 'roberta',
  type_vocab_size: 1,
  pad_token_id: 1,
};
export const distilbertConfig: Json = {
  ...{ model_type: 'distilbert', vocab_size: 13, dim: 8, n_layers: 2, n_heads: 2, hidden_dim: 12 },
  ...{ max_position_embeddings: 16, pad_token_id: 0 },
};
export const mpnetConfig: Json = { ...robertaConfig, model_type: 'mpnet' };
export const modernbertConfig: Json = {
  ...{ ...bertConfig, model_type: 'modernbert', global_attn_every_n_layers: 2, local_attention: 4 },
};
export const debertaConfig: Json = {
  ...{ ...bertConfig, model_type: 'deberta-v2', type_vocab_size: 0, relative_attention: true },
  ...{ position_biased_input: false, share_att_key: true, pos_att_type: 'p2c|c2p' },
  ...{ position_buckets: 4, norm_rel_ebd: 'layer_norm' },
};
export const electraConfig: Json = { ...bertConfig, model_type: 'electra', embedding_size: 6 };

/** Random tensors by their plain keys, each a function of its key. */
export function weightsOf(config: Json): Map<string, TensorToWrite & { readonly data: Float32Array }> {
  return new Map(
    encoderWeights(parseEncoderConfig(config)).flatMap(({ shape, parts, initial }) =>
      parts.map((part) => {
        const partShape = [(shape[0] as number) / parts.length, ...shape.slice(1)];
        const size = partShape.reduce((a, b) => a * b, 1);
        const mean = initial === 'ones' ? 1 : 0;
        return [part, { shape: partShape, data: new RandomStream(0, part).normal(size, mean, 0.2) }] as const;
      }),
    ),
  );
}

/** The files of a model folder. */
export function tinyFolder(
  config: Json = bertConfig,
  weights: Iterable<readonly [string, TensorToWrite]> = weightsOf(config),
): Record<string, string | Uint8Array> {
  return {
    'config.json': JSON.stringify(config),
    'tokenizer.json': JSON.stringify(config.model_type === 'roberta' ? tokenizers.roberta : tokenizers.bert),
    'model.safetensors': writeSafetensors(weights),
  };
}
