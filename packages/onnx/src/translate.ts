import { DeviceError, type DeviceTensor } from '@scalearn/core';
import {
  type FeedPlan,
  type Graph,
  leafOf,
  type OnnxValue,
  planFeeds,
  type Tensor,
  topologicalOrder,
} from '@scalearn/core/graph';
import { DeviceEmitter, type HostInput } from './device-emitter.ts';
import { FrozenTensor } from './frozen/frozen-tensor.ts';
import { encodeModel } from './model.ts';
import { type Leaves, writeGraph } from './write-graph.ts';

/** A graph as an ONNX model, and its inputs. */
export interface Translation {
  readonly model: Uint8Array;
  readonly nodeCount: number;
  /** The inputs that the caller feeds. */
  readonly feeds: FeedPlan;
  /**
   * Variables by the name of their ONNX input, or the beginning of the names of those of its parts. Weights are inputs, not
   * constants, so that all programs share them.
   */
  readonly variables: ReadonlyMap<string, DeviceTensor>;
  readonly hostInputs: readonly HostInput[];
  /** Name of the ONNX output for each of the graph's outputs. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly updates: readonly { readonly output: string; readonly storage: DeviceTensor }[];
}

/** @param blockScores see {@link DeviceEmitter} */
export function translate(graph: Graph, blockScores?: number): Translation {
  const order = topologicalOrder(graph);
  const emitter = new DeviceEmitter(blockScores);
  const leaves = new FedLeaves(emitter);
  const nameOf = writeGraph(order, emitter, leaves);
  const asOutput = (tensor: Tensor): string => {
    const name = `output_${emitter.outputs.length}`;
    emitter.output(name, nameOf(tensor), tensor.dtype);
    return name;
  };
  const outputs = Object.fromEntries(
    Object.entries(graph.outputs).map(([name, tensor]) => [name, asOutput(tensor)]),
  );
  const updates = (graph.updates ?? []).map(({ variable, value }) => {
    const { storage } = leafOf(variable) as { storage: DeviceTensor };
    if (storage instanceof FrozenTensor)
      throw new DeviceError(
        `'${storage.label}' is stored as ${storage.storage}, so that programs cannot update it; upload it as f32`,
      );
    return { output: asOutput(value), storage };
  });
  return {
    model: encodeModel(emitter),
    nodeCount: emitter.nodeList.length,
    feeds: planFeeds(order),
    variables: leaves.variables,
    hostInputs: emitter.hostInputs,
    outputs,
    updates,
  };
}

/** Makes every leaf an input of the model. */
class FedLeaves implements Leaves {
  readonly variables = new Map<string, DeviceTensor>();
  readonly #emitter: DeviceEmitter;
  readonly #names = new Map<Tensor, OnnxValue>();

  constructor(emitter: DeviceEmitter) {
    this.#emitter = emitter;
  }

  has(tensor: Tensor): boolean {
    return leafOf(tensor) !== undefined;
  }

  name(tensor: Tensor): OnnxValue {
    const known = this.#names.get(tensor);
    if (known !== undefined) return known;
    const leaf = leafOf(tensor);
    const name = leaf?.kind === 'input' ? `input ${leaf.name}` : `variable_${this.variables.size}`;
    if (leaf?.kind === 'variable') this.variables.set(name, leaf.storage);
    if (leaf?.kind === 'variable' && leaf.storage instanceof FrozenTensor)
      this.#emitter.frozen(name, leaf.storage.form, leaf.storage.parts.keys());
    else this.#emitter.inputs.push({ name, type: tensor.dtype, shape: tensor.shape });
    this.#names.set(tensor, name);
    return name;
  }
}
