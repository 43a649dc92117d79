import type { EncoderArchitecture, MethodDefaults } from '@scalearn/core';

/**
 * Returns the defaults of joint training. Methods differ only in the learning rate
 * (docs/reference/hyperparameters.md#joint-runs).
 */
export function jointDefaults(learningRate: number): MethodDefaults {
  return {
    learningRate,
    epochs: 30,
    steps: 375_000,
    evaluateEvery: 7_500,
    warmup: 0.1,
    patience: 10,
    weightDecay: 0,
  };
}

/**
 * Returns whether a tensor is the pooler's. Joint methods with static heads also train the pooler, which only
 * multiple-choice heads use.
 */
export const isPooler = (name: string, { prefix, modules: { pooler } }: EncoderArchitecture): boolean =>
  pooler !== undefined && `${prefix}.${name}`.startsWith(`${pooler}.`);
