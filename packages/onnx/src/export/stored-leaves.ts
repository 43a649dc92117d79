import type { DeviceTensor } from '@scalearn/core';
import { leafOf, type Node, type OnnxValue, storedPart, type Tensor } from '@scalearn/core/graph';
import type { Leaves } from '../write-graph.ts';
import type { PaddedEmitter } from './padded-emitter.ts';

/** Returns what holds the values of the variables of a graph, each once. */
export function storagesOf(order: readonly Node[]): readonly DeviceTensor[] {
  const all = order.flatMap((node) => storedPart(node.outputs[0] as Tensor)?.storage ?? []);
  return [...new Set(all)];
}

/** Reads the values of all variables of a graph, each once. @param values those that were read before; it gets all */
export async function readVariables(
  order: readonly Node[],
  values: Map<DeviceTensor, Float32Array> = new Map(),
): Promise<ReadonlyMap<DeviceTensor, Float32Array>> {
  for (const storage of storagesOf(order))
    if (!values.has(storage)) values.set(storage, Float32Array.from(await storage.read()));
  return values;
}

/**
 * Stores variables and their parts as constants of the model. `input` maps the names of fed inputs to values. Variables
 * that are not shared by all models of a file, or must keep their precision, are stored as f32.
 */
export class StoredLeaves implements Leaves {
  readonly #emitter: PaddedEmitter;
  readonly #values: ReadonlyMap<DeviceTensor, Float32Array>;
  readonly #isShared: (storage: DeviceTensor) => boolean;
  readonly #input: (name: string) => OnnxValue;
  readonly #names = new Map<Tensor, OnnxValue>();

  constructor(
    emitter: PaddedEmitter,
    values: ReadonlyMap<DeviceTensor, Float32Array>,
    isShared: (storage: DeviceTensor) => boolean,
    input: (name: string) => OnnxValue,
  ) {
    this.#emitter = emitter;
    this.#values = values;
    this.#isShared = isShared;
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
    const { storage, offset, isExact } = storedPart(tensor) as NonNullable<ReturnType<typeof storedPart>>;
    const size = shape.reduce((a, b) => a * b, 1);
    const values = (this.#values.get(storage) as Float32Array).subarray(offset, offset + size);
    // Models that are exported together have other labels.
    const isShared = this.#isShared(storage);
    const name = `${isShared ? storage.label : 'own'} ${this.#names.size}`;
    return this.#emitter.weight({ name, shape, values }, isShared && !isExact);
  }
}
