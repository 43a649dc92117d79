import type { DeviceTensor } from '@scalearn/core';
import { f32ToF16 } from '@scalearn/core/files';
import { leafOf, type Node, type OnnxValue, storedPart, type Tensor } from '@scalearn/core/graph';
import type { Leaves } from '../write-graph.ts';
import type { PaddedEmitter } from './padded-emitter.ts';

/** Storage type of the weights of an exported model. */
export type ExportDtype = 'f32' | 'f16';

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
  readonly #dtype: ExportDtype;
  readonly #input: (name: string) => OnnxValue;
  readonly #names = new Map<Tensor, OnnxValue>();

  constructor(
    emitter: PaddedEmitter,
    values: ReadonlyMap<DeviceTensor, Float32Array>,
    dtype: ExportDtype,
    input: (name: string) => OnnxValue,
  ) {
    this.#emitter = emitter;
    this.#values = values;
    this.#dtype = dtype;
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
    return this.#emitter.store(name, shape, this.#dtype === 'f16' ? halved(values, shape) : values);
  }
}

/** Converts a matrix to f16 if its values are in the range of f16. Vectors stay f32: small, sensitive to precision. */
function halved(values: Float32Array, shape: readonly number[]): Float32Array | Uint16Array {
  const fits = shape.length > 1 && values.every((value) => Math.abs(value) <= largestHalf);
  return fits ? f32ToF16(values) : values;
}

const largestHalf = 65_504;
