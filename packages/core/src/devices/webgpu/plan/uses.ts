import { at } from '../../../elements.ts';
import type { Graph } from '../../../graph/graph.ts';
import { leafOf } from '../../../graph/leaves.ts';
import { countKey } from '../../../graph/shape.ts';
import type { Node, Tensor, Value } from '../../../graph/tensor.ts';
import { elementwiseOf, inlineOf, isAlias, isTensor, placeOf } from './values.ts';

/** The readers of each array of a graph. A read through an alias counts as a read of its array. */
export interface Uses {
  /** The nodes that compute something, in topological order. */
  readonly nodes: readonly Node[];
  readonly consumers: ReadonlyMap<Value, ReadonlySet<Node>>;
  /** Arrays needed after a run: outputs and new values of variables. */
  readonly kept: ReadonlySet<Value>;
  /** Results written straight to the variable they update. */
  readonly inPlace: ReadonlyMap<Value, Tensor>;
}

export function findUses(
  graph: Graph,
  order: readonly Node[],
  allowInPlace: boolean,
  fed: ReadonlySet<Node>,
): Uses {
  const nodes = order.filter((node) => {
    const first = at(node.outputs, 0);
    return !fed.has(node) && !leafOf(first) && !inlineOf(first) && !node.outputs.every(isAlias);
  });
  const consumers = new Map<Value, Set<Node>>();
  for (const node of nodes)
    for (const input of node.inputs) {
      if (inlineOf(input)) continue;
      const { root } = placeOf(input);
      consumers.set(root, (consumers.get(root) ?? new Set()).add(node));
    }
  const kept = new Set<Value>();
  for (const tensor of Object.values(graph.outputs)) kept.add(placeOf(tensor).root);
  const outputs = new Set(kept);
  for (const { value } of graph.updates ?? []) kept.add(placeOf(value).root);
  const inPlace = new Map<Value, Tensor>();
  for (const { variable, value } of allowInPlace ? (graph.updates ?? []) : []) {
    const { root, offset } = placeOf(value);
    if (offset !== 0 || countKey(root.shape) !== countKey(variable.shape)) continue;
    if (
      !isTensor(root) ||
      inlineOf(root) ||
      !elementwiseOf(root) ||
      inPlace.has(root) ||
      outputs.has(variable)
    )
      continue;
    if (kept.has(variable) || feeds(order, root, consumers.get(variable))) continue;
    inPlace.set(root, variable);
  }
  return { nodes, consumers, kept, inPlace };
}

/** Returns whether any of the readers depends on the value. It would then read the variable after the update. */
function feeds(order: readonly Node[], value: Tensor, readers: ReadonlySet<Node> = new Set()): boolean {
  const after = new Set<Node>([value.node]);
  for (const node of order) {
    if (!node.inputs.some((t) => after.has(t.node))) continue;
    after.add(node);
    if (readers.has(node)) return true;
  }
  return false;
}
