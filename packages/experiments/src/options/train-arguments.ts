import type { ChosenMethod } from '../methods/registry.ts';
import { valueText } from './option-values.ts';
import { flagOf, trainOptions } from './train-table.ts';

/**
 * Returns the arguments of `scalearn train` that stand for values of its options and of a method's. Options without a
 * value and switches are left out.
 *
 * @param given values by the names of the table; others are left out, and so is `set`, which stands for the method's
 */
export function trainArguments(
  given: Readonly<Partial<Record<string, unknown>>>,
  { entry, options }: ChosenMethod,
): string[] {
  const ofTrain = Object.entries(given).map(([name, value]): readonly [string, unknown] => [
    name === 'set' ? '' : flagOf(trainOptions[name] ?? {}),
    value,
  ]);
  const ofMethod = Object.entries(options).map(([name, value]) => ({
    ...{ name, value: valueText(value) },
    flag: entry.options[name]?.flag,
  }));
  const set = ofMethod.flatMap(({ flag, name, value }) => (flag === undefined ? [`${name}=${value}`] : []));
  return [
    ...ofTrain.flatMap(([flag, value]) => (flag === '' ? [] : argumentOf(flag, value))),
    ...ofMethod.flatMap(({ flag, value }) => (flag === undefined ? [] : [`${flag}=${value}`])),
    ...(set.length === 0 ? [] : ['--set', ...set]),
  ];
}

function argumentOf(flag: string, value: unknown): string[] {
  if (value === undefined || typeof value === 'boolean') return [];
  return Array.isArray(value) ? [flag, ...value.map(String)] : [`${flag}=${value}`];
}
