import { topologicalOrder } from '../graph/graph.ts';
import type { Dim, Shape } from '../graph/shape.ts';
import { apply, type Node, type Tensor } from '../graph/tensor.ts';
import { type ElementwiseAttributes, elementwiseOperation } from './elementwise.ts';
import { layerNormOperation } from './layer-norm.ts';
import { type MatmulAttributes, matmulOperation } from './matmul.ts';

/**
 * Some rows of x `[tokens, …]`, computed from the same rows of what x is computed from: as far back as each row
 * depends on its own row only, and up to what is computed in full anyway.
 *
 * @param rows how many rows there are
 * @param take takes them out of a tensor that is computed in full
 */
export function selectRows(x: Tensor, rows: Dim, take: (x: Tensor) => Tensor): Tensor {
  const full = computedInFull(x);
  const known = new Map<Tensor, Tensor>();
  const select = (tensor: Tensor): Tensor => {
    let selected = known.get(tensor);
    if (!selected) {
      const { node, shape } = tensor;
      const inputs = full.has(node) ? undefined : rowInputs(node);
      selected = inputs
        ? apply(
            node.operation,
            node.inputs.map((t) => (inputs.includes(t) ? select(t) : t)),
            withShape(node, [rows, ...shape.slice(1)]),
          )
        : take(tensor);
      known.set(tensor, selected);
    }
    return selected;
  };
  return select(x);
}

/** Inputs of which a row of the output needs the same row only; undefined where rows mix, or the node is a leaf. */
function rowInputs({ operation, inputs, attributes, outputs }: Node): readonly Tensor[] | undefined {
  const [first, second] = inputs;
  if (!first) return undefined;
  if (operation === (layerNormOperation as unknown)) return [first];
  if (operation === (matmulOperation as unknown))
    return (attributes as MatmulAttributes).transposeA || second?.shape.includes('tokens')
      ? undefined
      : [first];
  if (operation !== (elementwiseOperation as unknown)) return undefined;
  const [{ shape }] = outputs as [Tensor];
  return inputs.filter((t) => t.shape.length === shape.length && t.shape[0] === shape[0]);
}

/** An elementwise node is the only row-wise one that carries its result's shape. */
function withShape({ operation, attributes }: Node, shape: Shape): unknown {
  return operation === (elementwiseOperation as unknown)
    ? { ...(attributes as ElementwiseAttributes), shape }
    : attributes;
}

/** What lies behind the first nodes, seen from x, that mix rows: all of its rows are needed. */
function computedInFull(x: Tensor): ReadonlySet<Node> {
  const seen = new Set<Node>();
  const mixing: Node[] = [];
  const walk = [x.node];
  for (let node = walk.pop(); node; node = walk.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    const inputs = rowInputs(node);
    if (inputs) walk.push(...inputs.map((t) => t.node));
    else mixing.push(node);
  }
  const behind = mixing.flatMap((node) => node.inputs);
  return new Set(topologicalOrder({ outputs: Object.fromEntries(behind.entries()) }));
}
