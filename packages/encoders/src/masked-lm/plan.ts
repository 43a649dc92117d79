import { ArgumentError } from '@scalearn/core';
import { maxSequenceLength } from '../model/config.ts';
import type { PretrainOptions, PretrainPlan } from './options.ts';

/** Fills in defaults and checks every number. @throws ArgumentError */
export function settlePlan(options: PretrainOptions): PretrainPlan {
  const whole = (name: string, value: number, least: number): number => {
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new ArgumentError(`${name} must be a whole number of at least ${least}, not ${value}`);
  };
  const number = (name: string, value: number, least: number, most = Number.POSITIVE_INFINITY): number => {
    if (Number.isFinite(value) && value >= least && value <= most) return value;
    throw new ArgumentError(`${name} must be a number from ${least} to ${most}, not ${value}`);
  };
  const { texts, heldOut, steps, model } = options;
  if (texts.length === 0) throw new ArgumentError('there are no texts to train on');
  if (heldOut.length === 0) throw new ArgumentError('there are no held-out texts to evaluate on');
  const longest = maxSequenceLength(model.config);
  const maxLength = whole('maxLength', options.maxLength ?? longest, 1);
  if (maxLength > longest)
    throw new ArgumentError(`maxLength is ${maxLength}, but the encoder takes ${longest} tokens`);
  return {
    steps: whole('steps', steps, 1),
    batchSize: whole('batchSize', options.batchSize ?? 64, 1),
    maxLength,
    learningRate: number('learningRate', options.learningRate ?? 1e-3, 0),
    warmupSteps: whole('warmupSteps', options.warmupSteps ?? Math.floor(steps / 10), 0),
    weightDecay: number('weightDecay', options.weightDecay ?? 0.01, 0),
    maxGradNorm: number('maxGradNorm', options.maxGradNorm ?? 1, Number.MIN_VALUE),
    maskRate: number('maskRate', options.maskRate ?? 0.15, 0, 1),
    dropout: options.dropout ?? false,
    evaluateEvery: whole('evaluateEvery', options.evaluateEvery ?? 1000, 1),
    checkpointEvery: number('checkpointEvery', options.checkpointEvery ?? 10, 0),
    seed: whole('seed', options.seed ?? 0, 0),
  };
}
