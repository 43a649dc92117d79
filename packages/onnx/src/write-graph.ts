import type { Node, OnnxValue, Tensor } from '@scalearn/core/graph';
import type { Emitter } from './emitter.ts';

/** The tensors of a graph that are not computed. */
export interface Leaves {
  has(tensor: Tensor): boolean;
  /** Returns the ONNX value of a leaf. Called each time that the leaf is read. */
  name(tensor: Tensor): OnnxValue;
}

/** Writes the nodes of a graph. @returns a function that gives the name of any of its tensors */
export function writeGraph(
  order: readonly Node[],
  emitter: Emitter,
  leaves: Leaves,
): (tensor: Tensor) => OnnxValue {
  const names = new Map<Tensor, OnnxValue>();
  // An output without a name, such as attention's statistics, is not needed in ONNX. Its readers ignore it too.
  const nameOf = (tensor: Tensor): OnnxValue =>
    leaves.has(tensor) ? leaves.name(tensor) : (names.get(tensor) ?? '');
  for (const node of order) {
    if (leaves.has(node.outputs[0] as Tensor)) continue;
    const inputs = node.inputs.map(nameOf);
    const written = node.operation.onnx({ inputs, node, attributes: node.attributes, emit: emitter });
    for (const [i, tensor] of node.outputs.entries()) {
      const name = written[i];
      if (name !== undefined) names.set(tensor, name);
    }
  }
  return nameOf;
}
