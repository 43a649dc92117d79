import { at } from '../../elements.ts';
import { DeviceError } from '../../errors.ts';
import type { Groups } from '../../graph/kernel.ts';
import type { DimValues } from '../../graph/shape.ts';
import type { Value } from '../../graph/tensor.ts';
import { type GpuContext, type TrackedBuffer, usage } from './context.ts';
import { arrayBytes, type Blueprint, lifetimes } from './plan/blueprint.ts';
import { planMemory } from './plan/memory.ts';
import { isHalf, valueLeaf } from './plan/values.ts';
import { WebGPUTensor } from './tensor.ts';
import type { Dispatch } from './text/render.ts';

/** Bytes between the sizes of two dispatches: the alignment of uniform bindings that every adapter supports. */
const slotBytes = 256;

/** Holds the buffers and bind groups of a program, for batches up to a capacity. */
export class Arena {
  readonly capacity: DimValues;
  readonly bindGroups: readonly GPUBindGroup[];
  /** Bytes of intermediate arrays. */
  readonly bytes: number;
  /** Number of workgroups of each dispatch, for the dimensions last set. */
  groups: readonly Groups[] = [];
  readonly #context: GpuContext;
  readonly #blueprint: Blueprint;
  readonly #buffers: TrackedBuffer[] = [];
  readonly #places = new Map<Value, GPUBuffer>();
  readonly #sizes: GPUBuffer | undefined;
  readonly #slots: readonly number[];
  #dims = '';

  constructor(context: GpuContext, blueprint: Blueprint, capacity: DimValues, label: string) {
    this.#context = context;
    this.#blueprint = blueprint;
    this.capacity = capacity;
    const memory = planMemory(lifetimes(blueprint, capacity, context.limit));
    const create = (what: string, bytes: number, flags: number): GPUBuffer => {
      const tracked = context.createBuffer(`arena/${label} ${what}`, bytes, flags);
      this.#buffers.push(tracked);
      return tracked.buffer;
    };
    const storage = usage.storage | usage.copySource | usage.copyTarget;
    const pool = memory.buffers.map((bytes) => create('values', bytes, storage));
    this.bytes = this.#buffers.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [value, i] of memory.bufferOf) this.#places.set(value, at(pool, i));
    const fed = [
      ...blueprint.feeds.inputs.values(),
      ...blueprint.gathers.map(({ node }) => at(node.outputs, 0)),
    ];
    for (const tensor of fed) {
      const small = tensor.shape.every((dim) => typeof dim === 'number') && tensor.dtype === 'i32';
      const bytes = arrayBytes(tensor, capacity, context.limit);
      this.#places.set(
        tensor,
        create('input', bytes, small && bytes <= 256 ? storage | usage.uniform : storage),
      );
    }
    let size = 0;
    this.#slots = blueprint.dispatches.map((dispatch) => {
      const slot = size;
      size += Math.ceil((dispatch.sizes.length * 4) / slotBytes) * slotBytes;
      return slot;
    });
    this.#sizes = size > 0 ? create('sizes', size, usage.uniform | usage.copyTarget) : undefined;
    this.bindGroups = blueprint.dispatches.map((dispatch, i) => this.#bind(dispatch, at(this.#slots, i)));
  }

  #bind(dispatch: Dispatch, slot: number): GPUBindGroup {
    const resources: GPUBufferBinding[] = [];
    if (this.#sizes && dispatch.sizes.length > 0) {
      const size = Math.ceil(dispatch.sizes.length / 4) * 16;
      resources.push({ buffer: this.#sizes, offset: slot, size });
    }
    for (const { root, offset } of dispatch.bindings)
      resources.push({ buffer: this.buffer(root), offset: offset * (isHalf(root) ? 2 : 4) });
    const layout = this.#context.layout(dispatch);
    const entries = resources.map((resource, binding) => ({ binding, resource }));
    return this.#context.gpu.createBindGroup({ label: dispatch.label, layout, entries });
  }

  /** Returns the buffer that holds an array. */
  buffer(root: Value): GPUBuffer {
    const leaf = valueLeaf(root);
    if (leaf?.kind === 'variable') {
      if (!(leaf.storage instanceof WebGPUTensor))
        throw new DeviceError(`'${leaf.storage.label}' lives on another device`);
      return leaf.storage.buffer;
    }
    const buffer = this.#places.get(root);
    if (!buffer) throw new DeviceError('an array has no buffer: nothing computes it');
    return buffer;
  }

  holds(dims: DimValues): boolean {
    return Object.entries(dims).every(([name, value]) => value <= (this.capacity[name] ?? 0));
  }

  /** Prepares for a batch. Writes nothing if the sizes are those of the previous batch. */
  setDims(dims: DimValues): void {
    const key = JSON.stringify(dims);
    if (key === this.#dims) return;
    this.#dims = key;
    const { dispatches } = this.#blueprint;
    this.groups = dispatches.map((dispatch) => dispatch.groups(dims));
    if (!this.#sizes) return;
    const words = new Uint32Array(this.#sizes.size / 4);
    for (const [i, dispatch] of dispatches.entries())
      for (const [k, size] of dispatch.sizes.entries()) words[at(this.#slots, i) / 4 + k] = size(dims);
    this.#context.gpu.queue.writeBuffer(this.#sizes, 0, words);
  }

  dispose(): void {
    for (const buffer of this.#buffers) this.#context.destroyBuffer(buffer);
  }
}
