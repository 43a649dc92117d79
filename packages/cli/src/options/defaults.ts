import type { Option } from 'commander';
import type { TrainDefaults } from '../config/define.ts';

/** Gives an option the configuration's default, if there is one, as if its text had been given. */
export function applyDefault(option: Option, defaults: TrainDefaults): Option {
  const values: Readonly<Record<string, unknown>> = { ...defaults };
  const value = values[option.attributeName()];
  if (value === undefined) return option;
  option.description = option.description.replace(/ \(default: [^()]*\)$/, '');
  return option.default(option.parseArg ? option.parseArg(String(value), undefined) : value);
}
