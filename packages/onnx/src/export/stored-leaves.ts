import type { DeviceTensor } from '@scalearn/core';
import { leafOf, type Node, type OnnxValue, storedPart, type Tensor } from '@scalearn/core/graph';
import type { Leaves } from '../write-graph.ts';
import type { PaddedEmitter } from './padded-emitter.ts';

/** Reads the values of all variables of a graph, each once. */
export async function readVariables(
  order: readonly Node[],
): Promise<ReadonlyMap<DeviceTensor, Float32Array>> {
  const values = new Map<DeviceTensor, Float32Array>();
  for (const node of order) {
    const storage = storedPart(node.outputs[0] as Tensor)?.storage;
    if (storage && !values.has(storage)) values.set(storage, Float32Array.from(await storage.read()));
  }
  return values;
}

/** Stores variables and their parts as constants of the model. `input` maps the names of fed inputs to values. */
export class StoredLeaves implements Leaves {
  readonly #emitter: PaddedEmitter;
  readonly #values: ReadonlyMap<DeviceTensor, Float32Array>;
  readonly #input: (name: string) => OnnxValue;
  readonly #names = new Map<Tensor, OnnxValue>();

  constructor(
    emitter: PaddedEmitter,
    values: ReadonlyMap<DeviceTensor, Float32Array>,
    input: (name: string) => OnnxValue,
  ) {
    this.#emitter = emitter;
    this.#values = values;
    this.#input = input;
  }

  has(tensor: Tensor): boolean {
    return leafOf(tensor)?.kind === 'input' || storedPart(tensor) !== undefined;
  }

  name(tensor: Tensor): OnnxValue {
    const leaf = leafOf(tensor);
    if (leaf?.kind === 'input') return this.#input(leaf.name);
    const name = this.#names.get(tensor) ?? this.#store(tensor);
    this.#names.set(tensor, name);
    return name;
  }

  #store(tensor: Tensor): OnnxValue {
    const shape = tensor.shape as readonly number[];
    const { storage, offset } = storedPart(tensor) as NonNullable<ReturnType<typeof storedPart>>;
    const size = shape.reduce((a, b) => a * b, 1);
    const values = (this.#values.get(storage) as Float32Array).subarray(offset, offset + size);
    const name = `${storage.label} ${this.#names.size}`;
    return this.#emitter.weight({ name, shape, values });
  }
}
