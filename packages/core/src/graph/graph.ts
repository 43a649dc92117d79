import { at } from '../elements.ts';
import { ShapeError } from '../errors.ts';
import { leafOf } from './leaves.ts';
import { sameShape } from './shape.ts';
import type { Node, Tensor } from './tensor.ts';

/** Gives a variable a new value after a run. */
export interface Update {
  /** The variable. */
  readonly variable: Tensor;
  /** Its new value, of the same shape. */
  readonly value: Tensor;
}

/** A complete computation that a device can compile. */
export interface Graph {
  /** The tensors that a run returns, by name. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Updates of variables, applied together at the end of a run; none by default. Every node reads the old values. */
  readonly updates?: readonly Update[];
}

/** Returns all nodes of a graph, each after its inputs. Nodes that only updates need come last. */
export function topologicalOrder(graph: Graph): Node[] {
  for (const { variable, value } of graph.updates ?? []) {
    if (leafOf(variable)?.kind !== 'variable') throw new ShapeError('only variables can be updated');
    if (!sameShape(variable.shape, value.shape))
      throw new ShapeError('an update must keep its variable’s shape');
  }
  const order: Node[] = [];
  const seen = new Set<Node>();
  const roots = [...Object.values(graph.outputs), ...(graph.updates ?? []).map((update) => update.value)];
  for (const root of roots) {
    // Depth first with an explicit stack, because deep graphs would overflow the call stack.
    const stack: { node: Node; next: number }[] = [{ node: root.node, next: 0 }];
    if (seen.has(root.node)) continue;
    seen.add(root.node);
    while (stack.length > 0) {
      const top = at(stack, -1);
      const input = top.node.inputs[top.next++];
      if (!input) {
        order.push(top.node);
        stack.pop();
      } else if (!seen.has(input.node)) {
        seen.add(input.node);
        stack.push({ node: input.node, next: 0 });
      }
    }
  }
  return order;
}

/** Returns the graph's inputs by name. Two inputs with one name must be the same tensor. */
export function graphInputs(order: readonly Node[]): Map<string, Tensor> {
  const inputs = new Map<string, Tensor>();
  for (const node of order) {
    const tensor = at(node.outputs, 0);
    const leaf = leafOf(tensor);
    if (leaf?.kind !== 'input') continue;
    if (inputs.has(leaf.name)) throw new ShapeError(`two different inputs are both named '${leaf.name}'`);
    inputs.set(leaf.name, tensor);
  }
  return inputs;
}
