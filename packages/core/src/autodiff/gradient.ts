import { ScalearnError } from '../errors.ts';
import { topologicalOrder } from '../graph/graph.ts';
import type { Node, Tensor } from '../graph/tensor.ts';
import { add, constant } from '../ops/arithmetic.ts';

/**
 * Builds the gradient of a scalar loss with respect to each tensor of `wrt`, by reverse-mode differentiation.
 * Only nodes between a `wrt` tensor and the loss are visited, so frozen parameters cost nothing.
 *
 * @param loss `[]` or `[1]`
 * @returns one tensor per `wrt`, of its shape; zeros where the loss does not depend on it, as in `x - x`
 * @throws ScalearnError if the loss is not computed from one of `wrt`
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  const order = topologicalOrder({ outputs: { loss } });
  const wanted = new Set<Tensor>(wrt);
  const depends = new Set<Node>();
  for (const node of order) {
    if (
      node.outputs.some((t) => wanted.has(t)) ||
      node.inputs.some((t) => depends.has(t.node) || wanted.has(t))
    )
      depends.add(node);
  }
  const sums = new Map<Tensor, Tensor>([[loss, constant(1, loss.shape)]]);
  for (const node of order.reverse()) {
    if (!depends.has(node) || node.inputs.length === 0) continue;
    const incoming = node.outputs.map((output) => sums.get(output));
    if (incoming.every((gradient) => gradient === undefined)) continue;
    const needs = node.inputs.map((t) => t.dtype === 'f32' && (depends.has(t.node) || wanted.has(t)));
    if (!needs.includes(true)) continue;
    if (!node.operation.gradient) throw new ScalearnError(`'${node.operation.name}' has no gradient`);
    const { inputs, outputs, attributes } = node;
    const results = node.operation.gradient({
      inputs,
      outputs,
      attributes,
      gradients: incoming,
      wanted: needs,
    });
    for (const [i, result] of results.entries()) {
      const tensor = inputs[i];
      if (!result || !tensor || !needs[i]) continue;
      const sum = sums.get(tensor);
      sums.set(tensor, sum ? add(sum, result) : result);
    }
  }
  const read = new Set(order.flatMap((node) => node.inputs));
  return wrt.map((tensor) => {
    const gradient = sums.get(tensor);
    if (gradient) return gradient;
    if (read.has(tensor)) return constant(0, tensor.shape);
    throw new ScalearnError('the loss is not computed from one of the tensors in wrt, so it has no gradient');
  });
}
