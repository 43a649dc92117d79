import type { Option } from 'commander';
import type { TrainDefaults } from '../config/define.ts';

/** Of options whose default a configuration may give. */
export const defaultableOptions: readonly string[] = Object.keys({
  ...{ encoder: 0, layers: 0, device: 0, threads: 0, epochs: 0, batchSize: 0, learningRate: 0, maxLength: 0 },
  ...{ limit: 0, seed: 0, patience: 0, selectBy: 0, maxSteps: 0, weightDecay: 0, warmupSteps: 0 },
  ...{ trainPercent: 0, validationLimit: 0, evalLimit: 0, evaluateEvery: 0 },
} satisfies Record<keyof TrainDefaults, 0>);

/** Gives an option the default of the configuration, where it has one, as if its text had been given. */
export function applyDefault(option: Option, defaults: TrainDefaults): Option {
  const values: Readonly<Record<string, unknown>> = { ...defaults };
  const value = values[option.attributeName()];
  if (value === undefined) return option;
  option.description = option.description.replace(/ \(default: [^()]*\)$/, '');
  return option.default(option.parseArg ? option.parseArg(String(value), undefined) : value);
}
