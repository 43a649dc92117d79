import type { SourceTask } from '../src/index.ts';

// How the assets are made. Changing a number here makes other assets.

/** Options of `pretrain-mini.ts`. */
export const encoderOptions: Readonly<Record<string, string | number>> = {
  device: 'onnx',
  documents: 300_000,
  steps: 7000,
  'batch-size': 128,
  'learning-rate': 0.002,
};

/** Options of `scalearn train`. */
export function adapterOptions(task: SourceTask): Readonly<Record<string, string | number>> {
  const small = ['cola', 'mrpc', 'stsb', 'rte'].includes(task);
  return {
    device: 'onnx',
    'reduction-factor': 4,
    'learning-rate': 0.001,
    epochs: small ? 30 : 6,
    patience: small ? 10 : 6,
  };
}
