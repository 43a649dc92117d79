import { activations, layerNorm, linear, type Tensor } from '@scalearn/core/graph';
import { linearParameters, type ParameterSpec } from '@scalearn/core/methods';
import { EncoderConfigError } from '../errors.ts';
import type { TransformerConfig } from '../families/config.ts';
import type { EncoderFamily } from '../families/family.ts';
import type { MaskedLMHead } from '../families/masked-lm-head.ts';

/** Returns the head of a family. @throws EncoderConfigError if it has none */
export function maskedLMHead({ maskedLM, modelType }: EncoderFamily): MaskedLMHead {
  if (maskedLM) return maskedLM;
  throw new EncoderConfigError(
    `encoders of the family ${modelType} have no head for masked tokens, so they cannot be pretrained; train one of another family`,
  );
}

/** Returns the head's own parameters. Its decoder is the table of word embeddings. */
export function maskedLMHeadParameters(
  { dense, norm, bias }: MaskedLMHead,
  { hiddenSize, vocabSize, initializerRange }: TransformerConfig,
): ParameterSpec[] {
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
 * Computes the logits of the masked tokens, `LN(act(h·Wᵀ + b))·Eᵀ + c` with the word embeddings E (Devlin et al. 2019,
 * Liu et al. 2019): hidden `[masked, hidden]` to `[masked, vocabulary]`.
 */
export function maskedLMLogits(
  { dense, norm, bias, words, activation: own }: MaskedLMHead,
  config: TransformerConfig,
  hidden: Tensor,
  parameter: (name: string) => Tensor,
): Tensor {
  const activation = activations[own ?? config.activation] as (x: Tensor) => Tensor;
  const x = activation(linear(hidden, parameter(`${dense}.weight`), parameter(`${dense}.bias`)));
  const transformed = layerNorm(
    x,
    parameter(`${norm}.weight`),
    parameter(`${norm}.bias`),
    config.layerNormEpsilon,
  );
  return linear(transformed, parameter(words), parameter(bias));
}
