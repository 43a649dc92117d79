import type { DeviceTensor } from '@scalearn/core';
import {
  type Graph,
  graphInputs,
  leafOf,
  type Node,
  type OnnxValue,
  type Tensor,
  topologicalOrder,
} from '@scalearn/core';
import { Emitter, type HostInput } from './emitter.ts';
import { encodeModel, type ModelOutput } from './model.ts';

/** A graph as an ONNX model, and what has to be fed to it. */
export interface Translation {
  readonly model: Uint8Array;
  readonly nodeCount: number;
  /** Inputs the caller feeds, by name. */
  readonly inputs: ReadonlyMap<string, Tensor>;
  /** Variables, by the name of their ONNX input: weights are fed, not stored in the model, so that every program
   * shares one copy. */
  readonly variables: ReadonlyMap<string, DeviceTensor>;
  readonly hostInputs: readonly HostInput[];
  /** Name of the ONNX output for each of the graph's outputs. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly updates: readonly { readonly output: string; readonly storage: DeviceTensor }[];
}

export function translate(graph: Graph): Translation {
  const order = topologicalOrder(graph);
  const emitter = new Emitter();
  const names = new Map<Tensor, OnnxValue>();
  const variables = new Map<string, DeviceTensor>();
  for (const node of order) writeNode(node, emitter, names, variables);

  const modelOutputs: ModelOutput[] = [];
  // Every output gets a node of its own: an ONNX output must not be an input, nor appear twice.
  const asOutput = (tensor: Tensor): string => {
    const name = `output_${modelOutputs.length}`;
    emitter.nodeList.push({
      type: 'Identity',
      inputs: [names.get(tensor) as string],
      outputs: [name],
      attributes: {},
    });
    modelOutputs.push({ name, type: tensor.dtype });
    return name;
  };
  const outputs = Object.fromEntries(
    Object.entries(graph.outputs).map(([name, tensor]) => [name, asOutput(tensor)]),
  );
  const updates = (graph.updates ?? []).map(({ variable, value }) => {
    const leaf = leafOf(variable);
    return { output: asOutput(value), storage: (leaf as { storage: DeviceTensor }).storage };
  });
  const { nodeList: nodes, inputs, constants, hostInputs } = emitter;
  return {
    model: encodeModel({ nodes, inputs, outputs: modelOutputs, constants }),
    nodeCount: nodes.length,
    inputs: graphInputs(order),
    variables,
    hostInputs,
    outputs,
    updates,
  };
}

function writeNode(
  node: Node,
  emitter: Emitter,
  names: Map<Tensor, OnnxValue>,
  variables: Map<string, DeviceTensor>,
): void {
  const [first] = node.outputs as [Tensor];
  const leaf = leafOf(first);
  if (leaf) {
    const name = leaf.kind === 'input' ? `input ${leaf.name}` : `variable_${variables.size}`;
    if (leaf.kind === 'variable') variables.set(name, leaf.storage);
    emitter.inputs.push({ name, type: first.dtype, shape: first.shape });
    names.set(first, name);
    return;
  }
  // An output without a name (attention's log-sum) is one the ONNX form does not need; its readers ignore it too.
  const inputs = node.inputs.map((tensor) => names.get(tensor) ?? '');
  const written = node.operation.onnx({ inputs, node, attributes: node.attributes, emit: emitter });
  for (const [i, tensor] of node.outputs.entries()) {
    const name = written[i];
    if (name !== undefined) names.set(tensor, name);
  }
}
