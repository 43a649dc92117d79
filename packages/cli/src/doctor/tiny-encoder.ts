import {
  bytesSource,
  type Device,
  openSafetensors,
  RandomStream,
  type TensorToWrite,
  writeSafetensors,
} from '@scalearn/core';
import { createEncoder, type EncoderConfig, type TransformerEncoder } from '@scalearn/encoders';

/** A BERT small enough for the interpreter, of sizes that are no multiples of any kernel's tile. */
export const tinyConfig: EncoderConfig = {
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

/** The encoder with random weights, without a tokeniser. */
export async function tinyEncoder(device: Device): Promise<TransformerEncoder> {
  const bytes = writeSafetensors(tinyWeights(tinyConfig));
  const weights = await openSafetensors(bytesSource(bytes), 'self-test');
  return createEncoder({ device, config: tinyConfig, weights, name: 'self-test' });
}

/** Random weights by their names on disk. */
export function tinyWeights(config: EncoderConfig): Map<string, TensorToWrite> {
  const { hiddenSize: d, intermediateSize: f } = config;
  const tensors = new Map<string, TensorToWrite>();
  const random = (name: string, shape: number[], mean = 0): void => {
    const size = shape.reduce((a, b) => a * b, 1);
    tensors.set(name, { shape, data: new RandomStream(1, name).normal(size, mean, 0.2) });
  };
  const linear = (name: string, outputs: number, inputs: number): void => {
    random(`${name}.weight`, [outputs, inputs]);
    random(`${name}.bias`, [outputs]);
  };
  const norm = (name: string): void => {
    random(`${name}.weight`, [d], 1);
    random(`${name}.bias`, [d]);
  };
  random('embeddings.word_embeddings.weight', [config.vocabSize, d]);
  random('embeddings.position_embeddings.weight', [config.maxPositions, d]);
  random('embeddings.token_type_embeddings.weight', [config.typeVocabSize, d]);
  norm('embeddings.LayerNorm');
  for (let i = 0; i < config.layers; i++) {
    const layer = `encoder.layer.${i}`;
    for (const part of ['query', 'key', 'value']) linear(`${layer}.attention.self.${part}`, d, d);
    linear(`${layer}.attention.output.dense`, d, d);
    norm(`${layer}.attention.output.LayerNorm`);
    linear(`${layer}.intermediate.dense`, f, d);
    linear(`${layer}.output.dense`, d, f);
    norm(`${layer}.output.LayerNorm`);
  }
  return tensors;
}
