import { known } from '../../../elements.ts';
import type { Graph } from '../../../graph/graph.ts';
import type { KernelProfile } from '../../../graph/kernel.ts';
import type { Node, Tensor, Value } from '../../../graph/tensor.ts';
import { Fuser } from './fuse.ts';
import type { Group } from './group.ts';
import { findUses } from './uses.ts';

/** The dispatches of a graph in the order they run. */
export interface Schedule {
  readonly groups: readonly Group[];
  /** Results written straight to the variable they update. */
  readonly inPlace: ReadonlyMap<Value, Tensor>;
  /** Returns whether a group's result must be in memory. */
  isStored(value: Value, group: Group): boolean;
}

/**
 * @param order the graph's nodes, each after those it reads
 * @param fed nodes that the host computes instead of a kernel
 */
export function schedule(
  graph: Graph,
  order: readonly Node[],
  profile: KernelProfile,
  fed: ReadonlySet<Node> = new Set(),
): Schedule {
  for (const allowInPlace of [true, false]) {
    const uses = findUses(graph, order, allowInPlace, fed);
    const fuser = new Fuser(uses, profile);
    const groups = sorted(fuser);
    // In-place updates can make groups depend on each other in a cycle. Copies at the end cannot.
    if (groups)
      return {
        groups,
        inPlace: uses.inPlace,
        isStored: (value, group) => fuser.isStored(value, group),
      };
  }
  throw new Error('the groups of a graph without in-place updates form a cycle');
}

const latestFirst = (a: Group, b: Group): number => b.order - a.order;

/** Sorts groups topologically, otherwise in the graph's order; undefined if there is a cycle. */
function sorted(fuser: Fuser): Group[] | undefined {
  const waiting = new Map<Group, number>();
  const followers = new Map<Group, Group[]>();
  for (const group of fuser.groups) {
    const before = fuser.dependencies(group);
    waiting.set(group, before.size);
    for (const g of before) followers.set(g, [...(followers.get(g) ?? []), group]);
  }
  const result: Group[] = [];
  const ready = [...fuser.groups].filter((g) => waiting.get(g) === 0);
  for (let group = ready.sort(latestFirst).pop(); group; group = ready.sort(latestFirst).pop()) {
    result.push(group);
    for (const next of followers.get(group) ?? []) {
      const left = known(waiting, next) - 1;
      waiting.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  return result.length === fuser.groups.size ? result : undefined;
}
