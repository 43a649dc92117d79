import {
  activations,
  gelu,
  layerNorm,
  linear,
  linearParameters,
  type ParameterSpec,
  type Tensor,
} from '@scalearn/core';
import type { EncoderConfig } from '../model/config.ts';

/** Keys of the head on disk. */
interface HeadNames {
  readonly dense: string;
  readonly norm: string;
  readonly bias: string;
}

function headNames({ modelType }: EncoderConfig): HeadNames {
  return modelType === 'bert'
    ? {
        dense: 'cls.predictions.transform.dense',
        norm: 'cls.predictions.transform.LayerNorm',
        bias: 'cls.predictions.bias',
      }
    : { dense: 'lm_head.dense', norm: 'lm_head.layer_norm', bias: 'lm_head.bias' };
}

/** The head's own parameters: its decoder is the table of word embeddings. */
export function maskedLMHeadParameters(config: EncoderConfig): ParameterSpec[] {
  const { hiddenSize, vocabSize, initializerRange } = config;
  const { dense, norm, bias } = headNames(config);
  const vector = (name: string, size: number, constant: number): ParameterSpec => ({
    name,
    shape: [size],
    init: { constant },
    decay: false,
  });
  return [
    ...linearParameters(dense, hiddenSize, hiddenSize, initializerRange),
    vector(`${norm}.weight`, hiddenSize, 1),
    vector(`${norm}.bias`, hiddenSize, 0),
    vector(bias, vocabSize, 0),
  ];
}

/**
 * Logits of the masked tokens, `LN(act(h·Wᵀ + b))·Eᵀ + c` with the word embeddings E (Devlin et al. 2019, Liu et al.
 * 2019): hidden `[masked, hidden]` to `[masked, vocabulary]`.
 */
export function maskedLMLogits(
  config: EncoderConfig,
  hidden: Tensor,
  parameter: (name: string) => Tensor,
): Tensor {
  const { dense, norm, bias } = headNames(config);
  // RoBERTa's head is written with GELU, whatever its layers have.
  const activation =
    config.modelType === 'bert' ? (activations[config.activation] as (x: Tensor) => Tensor) : gelu;
  const x = activation(linear(hidden, parameter(`${dense}.weight`), parameter(`${dense}.bias`)));
  const transformed = layerNorm(
    x,
    parameter(`${norm}.weight`),
    parameter(`${norm}.bias`),
    config.layerNormEpsilon,
  );
  return linear(transformed, parameter('embeddings.word_embeddings.weight'), parameter(bias));
}
