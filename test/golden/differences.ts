import type { HostArray, NamedTensor } from '@scalearn/core';
import type { TrainableModel } from '@scalearn/core/methods';
import { relativeDifference } from '@scalearn/core/testing';
import type { Case, Tolerance } from './folder.ts';

/** A difference, in the measure of the recorded cases, with the name of its limit. */
export interface Difference {
  readonly what: string;
  readonly group: keyof Tolerance;
  readonly value: number;
}

/** Compares the results of a single step with the recorded ones. */
export function compareOutputs(result: Record<string, HostArray>, c: Case, prefix: string): Difference[] {
  const differences: Difference[] = [];
  for (const [key, { data }] of c.tensors) {
    if (!key.startsWith(`outputs/${prefix}`) || key.startsWith('outputs/merged/')) continue;
    const name = key.slice(`outputs/${prefix}`.length);
    const actual = result[name];
    if (!actual) throw new Error(`the case has outputs/${prefix}${name}, which was not computed`);
    differences.push({
      what: `outputs/${prefix}${name}`,
      group: 'outputs',
      value: relativeDifference(actual, data),
    });
  }
  return differences;
}

/** Compares the parameters after the last step of a curve with the recorded ones. */
export async function compareAfter(model: TrainableModel, c: Case): Promise<Difference[]> {
  const values = await model.parameters.read();
  const differences: Difference[] = [];
  for (const [key, { data: expected }] of c.tensors) {
    if (!key.startsWith('after/')) continue;
    const name = key.slice('after/'.length);
    if (c.file.zero_gradient?.includes(name)) continue;
    const initial = (c.weights.get(name) as NamedTensor).data;
    // Parameters on which no task's loss depends do not train, though they may.
    const actual = values.get(name)?.data ?? initial;
    let error = 0;
    let travel = 0;
    let absolute = 0;
    for (let i = 0; i < expected.length; i++) {
      const d = (actual[i] as number) - (expected[i] as number);
      error += d * d;
      travel += ((expected[i] as number) - (initial[i] as number)) ** 2;
      absolute = Math.max(absolute, Math.abs(d));
    }
    differences.push({
      what: key,
      group: 'after_of_travel_rms',
      value: error === 0 ? 0 : Math.sqrt(error / travel),
    });
    differences.push({ what: key, group: 'after_absolute', value: absolute });
  }
  return differences;
}

/** Returns each difference divided by its limit. The largest one decides. */
export function ratios(
  differences: readonly Difference[],
  limits: Tolerance,
): { largest: number; what: string } {
  let largest = 0;
  let what = 'nothing';
  for (const { what: name, group, value } of differences) {
    const limit = limits[group];
    if (limit === undefined) continue;
    if (!(value / limit <= largest)) {
      largest = value / limit;
      what = `${name} (${group}: ${value.toExponential(2)}, limit ${limit})`;
    }
  }
  return { largest, what };
}
