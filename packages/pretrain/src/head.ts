import type { TensorReader } from '@scalearn/core/files';
import { activations, layerNorm, linear, type Tensor } from '@scalearn/core/graph';
import { linearParameters, type ParameterSpec } from '@scalearn/core/methods';
import {
  EncoderConfigError,
  type EncoderFamily,
  EncoderWeightsError,
  type MaskedLMHead,
  type TransformerConfig,
} from '@scalearn/encoders';

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

/** Names of LayerNorm parameters in older checkpoints. */
const oldNames = { weight: 'gamma', bias: 'beta' } as const;

/**
 * Returns a head's values by parameter name, or none if the checkpoint has no such head.
 *
 * @throws EncoderWeightsError if parts of the head are missing or have another shape
 */
export async function readMaskedLMHead(
  reader: TensorReader,
  head: MaskedLMHead,
  config: TransformerConfig,
  where: string,
): Promise<Map<string, Float32Array>> {
  const values = new Map<string, Float32Array>();
  const missing: string[] = [];
  const misshaped: string[] = [];
  for (const { name, shape } of maskedLMHeadParameters(head, config)) {
    const old = name.replace(/(?<=LayerNorm\.)(weight|bias)$/, (kind) => oldNames[kind as 'weight' | 'bias']);
    const key = reader.entries.has(name) ? name : old;
    const found = reader.entries.get(key)?.shape;
    if (!found) missing.push(name);
    else if (String(found) !== String(shape))
      misshaped.push(`${key} is [${found.join(', ')}], not [${shape.join(', ')}]`);
    else values.set(name, await reader.readFloat32(key));
  }
  if (misshaped.length > 0 || (missing.length > 0 && values.size > 0))
    throw new EncoderWeightsError(where, missing, [], misshaped);
  return values;
}
