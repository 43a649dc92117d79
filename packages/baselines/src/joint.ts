import type { EncoderArchitecture, MethodDefaults } from '@scalearn/core';

/**
 * Defaults of joint training; methods differ in their learning rates alone
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

/** Joint methods with static heads train the pooler as well; heads of multiple choice alone read it. */
export const isPooler = (name: string, { prefix, modules: { pooler } }: EncoderArchitecture): boolean =>
  pooler !== undefined && `${prefix}.${name}`.startsWith(`${pooler}.`);
