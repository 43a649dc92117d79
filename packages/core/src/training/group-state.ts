import { known } from '../elements.ts';
import type { ParameterGroup } from '../nn/parameters.ts';
import type { GroupState } from './checkpoint.ts';

/** One vector for each parameter group, by its name. */
export type GroupVectors = ReadonlyMap<string, Float32Array>;

/** Reads a copy of the parameters. */
export async function readValues(groups: readonly ParameterGroup[]): Promise<GroupVectors> {
  const values = new Map<string, Float32Array>();
  for (const group of groups) values.set(group.name, Float32Array.from(await group.values.read()));
  return values;
}

export function writeValues(groups: readonly ParameterGroup[], values: GroupVectors): void {
  for (const group of groups) group.values.write(known(values, group.name));
}

/** Reads a copy of parameters and optimizer state. */
export async function readGroups(
  groups: readonly ParameterGroup[],
  best: GroupVectors,
): Promise<Map<string, GroupState>> {
  const states = new Map<string, GroupState>();
  for (const { name, values, m, v } of groups) {
    const [present, first, second] = await Promise.all([values.read(), m.read(), v.read()]);
    states.set(name, {
      values: Float32Array.from(present),
      m: Float32Array.from(first),
      v: Float32Array.from(second),
      best: known(best, name),
    });
  }
  return states;
}

export function writeGroups(
  groups: readonly ParameterGroup[],
  states: ReadonlyMap<string, GroupState>,
): void {
  for (const { name, values, m, v } of groups) {
    const state = known(states, name);
    values.write(state.values);
    m.write(state.m);
    v.write(state.v);
  }
}
