import { at } from '../elements.ts';
import { topologicalOrder } from '../graph/graph.ts';
import type { Dim } from '../graph/shape.ts';
import { applyAll, type Node, type Tensor } from '../graph/tensor.ts';

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

/** Inputs of which a row of the output needs the same row only; undefined where rows mix, or the node is a leaf. */
function rowInputs(node: Node): readonly Tensor[] | undefined {
  const byRow = node.operation.rowWise?.(node)?.byRow;
  return byRow && node.inputs.filter((_, i) => byRow[i]);
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
