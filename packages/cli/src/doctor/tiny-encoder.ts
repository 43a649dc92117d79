import type { Device } from '@scalearn/core';
import { bytesSource, openSafetensors, type TensorToWrite, writeSafetensors } from '@scalearn/core/files';
import { RandomStream } from '@scalearn/core/graph';
import {
  createEncoder,
  encoderWeights,
  type TransformerConfig,
  type TransformerEncoder,
} from '@scalearn/encoders';

/** A BERT that is small enough for the reference device. Its sizes are not multiples of any kernel's tile. */
export const tinyConfig: TransformerConfig = {
  modelType: 'bert',
  vocabSize: 97,
  hiddenSize: 36,
  layers: 2,
  heads: 3,
  intermediateSize: 76,
  activation: 'gelu',
  maxPositions: 64,
  typeVocabSize: 2,
  layerNormEpsilon: 1e-12,
  padTokenId: 0,
  hiddenDropout: 0.1,
  attentionDropout: 0.1,
  classifierDropout: 0.1,
  initializerRange: 0.02,
};

/** Makes the encoder with random weights, without a tokenizer. */
export async function tinyEncoder(device: Device): Promise<TransformerEncoder> {
  const bytes = writeSafetensors(tinyWeights(tinyConfig));
  const weights = await openSafetensors(bytesSource(bytes), 'self-test');
  return createEncoder({ device, config: tinyConfig, weights, name: 'self-test' });
}

/** Makes random weights by their names on disk, without the pooler. */
export function tinyWeights(config: TransformerConfig): Map<string, TensorToWrite> {
  const tensors = new Map<string, TensorToWrite>();
  for (const { parts, shape, initial, optional } of encoderWeights(config)) {
    const [rows = 0, ...rest] = shape;
    const partShape = [rows / parts.length, ...rest];
    const size = partShape.reduce((a, b) => a * b, 1);
    const mean = initial === 'ones' ? 1 : 0;
    for (const part of optional ? [] : parts)
      tensors.set(part, { shape: partShape, data: new RandomStream(1, part).normal(size, mean, 0.2) });
  }
  return tensors;
}
