import { encoderArchitecture, parseEncoderConfig } from '../../../encoders/src/index.ts';
import type { EncoderArchitecture, EncoderConfig } from '../../src/index.ts';

/** What methods know of an encoder of a family, with sizes of one's own. */
export function architecture(
  modelType: 'bert' | 'roberta' | 'xlm-roberta',
  sizes: Partial<EncoderConfig> = {},
): EncoderArchitecture {
  const config = parseEncoderConfig({
    ...{ model_type: modelType, vocab_size: 8, hidden_size: 8, num_hidden_layers: 2, num_attention_heads: 2 },
    ...{ intermediate_size: 12, max_position_embeddings: 8, type_vocab_size: 2 },
    ...{ hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 },
  });
  return { ...encoderArchitecture(config), ...sizes };
}
