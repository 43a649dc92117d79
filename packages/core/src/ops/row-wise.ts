import { at } from '../elements.ts';
import { topologicalOrder } from '../graph/graph.ts';
import type { Dim } from '../graph/shape.ts';
import { applyAll, type Node, type Tensor } from '../graph/tensor.ts';

/**
 * Selects rows of x `[tokens, …]` as early as possible. The selection moves back through nodes whose rows depend only
 * on the same row of their inputs. It stops at tensors that are computed in full anyway.
 *
 * @param rows number of selected rows
 * @param take selects the rows of a tensor that is computed in full
 */
export function selectRows(x: Tensor, rows: Dim, take: (x: Tensor) => Tensor): Tensor {
  const full = computedInFull(x);
  const known = new Map<Tensor, Tensor>();
  const select = (tensor: Tensor): Tensor => {
    let selected = known.get(tensor);
    if (!selected) {
      const { operation, inputs } = tensor.node;
      const how = full.has(tensor.node) ? undefined : operation.rowWise?.(tensor.node);
      selected = how
        ? at(
            applyAll(
              operation,
              inputs.map((t, i) => (how.byRow[i] ? select(t) : t)),
              how.withRows(rows),
            ),
            tensor.index,
          )
        : take(tensor);
      known.set(tensor, selected);
    }
    return selected;
  };
  return select(x);
}

/** Returns inputs of which an output row needs only the same row; undefined if rows mix or the node is a leaf. */
function rowInputs(node: Node): readonly Tensor[] | undefined {
  const byRow = node.operation.rowWise?.(node)?.byRow;
  return byRow && node.inputs.filter((_, i) => byRow[i]);
}

/** Returns all nodes before the first ones (seen from x) that mix rows. All of their rows are needed. */
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
