import { at, known } from '../../elements.ts';
import { DeviceError, DisposedError } from '../../errors.ts';
import { bindFeeds, fed } from '../../graph/feeds.ts';
import type { Graph } from '../../graph/graph.ts';
import { type DimValues, sizeOf } from '../../graph/shape.ts';
import { f16ToF32 } from '../../half.ts';
import type { CompileOptions, HostArray, Program, ProgramStatistics } from '../device.ts';
import { Arena } from './arena.ts';
import { type GpuContext, type TrackedBuffer, usage } from './context.ts';
import { type Blueprint, drawBlueprint } from './plan/blueprint.ts';
import { isHalf, valueLeaf } from './plan/values.ts';
import { type KernelWork, workOf } from './plan/work.ts';
import { StagingRing } from './staging.ts';
import { WebGPUTensor } from './tensor.ts';
import { timeWork } from './timing.ts';

type Feeds = Readonly<Record<string, HostArray>>;
type Results = Record<string, HostArray>;

/** A program on a GPU, of whose kernels more is known than of other programs. */
export interface GpuProgram extends Program {
  /** The label and WGSL text of each dispatch, in execution order. */
  readonly kernels: readonly { readonly label: string; readonly code: string }[];
  /** Returns what each dispatch computes and moves in a run with these inputs, in the order of `kernels`. */
  work(inputs: Feeds): KernelWork[];
  /**
   * Runs the graph once, without its results and its updates at the end, and measures each dispatch.
   *
   * @param repeats times that each dispatch runs in a row; more than one only if no dispatch reads what it writes
   * @returns milliseconds of one time of each dispatch, in the order of `kernels`
   */
  time(inputs: Feeds, repeats?: number): Promise<number[]>;
}

/** A graph as compiled pipelines and preassigned buffers, replayed for every run. */
export class WebGPUProgram implements GpuProgram {
  readonly #context: GpuContext;
  readonly #blueprint: Blueprint;
  readonly #pipelines: readonly GPUComputePipeline[];
  readonly #label: string;
  readonly #release: () => void;
  /** Runs that wait for a free staging buffer for their outputs. */
  readonly #waiting: (() => void)[] = [];
  /** Copies of variables whose old values become the values of other variables. */
  readonly #copies: TrackedBuffer[] = [];
  #arena: Arena | undefined;
  #staging: StagingRing | undefined;
  #disposed = false;

  private constructor(
    context: GpuContext,
    blueprint: Blueprint,
    pipelines: readonly GPUComputePipeline[],
    label: string,
    release: (program: WebGPUProgram) => void,
  ) {
    this.#context = context;
    this.#blueprint = blueprint;
    this.#pipelines = pipelines;
    this.#label = label;
    this.#release = () => release(this);
    for (const { from, variable } of blueprint.copies)
      if (valueLeaf(from.root)?.kind === 'variable')
        this.#copies.push(
          context.createBuffer(
            `arena/${label} copy`,
            sizeOf(variable.shape, {}) * 4,
            usage.copySource | usage.copyTarget,
          ),
        );
  }

  /** Plans a graph and compiles its kernels. */
  static async compile(
    context: GpuContext,
    graph: Graph,
    { capacity, label = 'program', onProgress }: CompileOptions,
    release: (program: WebGPUProgram) => void,
  ): Promise<WebGPUProgram> {
    const blueprint = drawBlueprint(graph, context.profile, context.limit);
    const distinct = new Map(blueprint.dispatches.map((dispatch) => [dispatch.code, dispatch]));
    let done = 0;
    onProgress?.(0, distinct.size);
    const compiled = new Map<string, GPUComputePipeline>();
    await Promise.all(
      [...distinct].map(async ([code, dispatch]) => {
        compiled.set(code, await context.pipeline(dispatch));
        onProgress?.(++done, distinct.size);
      }),
    );
    context.check();
    const pipelines = blueprint.dispatches.map(({ code }) => known(compiled, code));
    const program = new WebGPUProgram(context, blueprint, pipelines, label, release);
    if (capacity) await program.#reserve(capacity);
    return program;
  }

  get statistics(): ProgramStatistics {
    return { operations: this.#blueprint.dispatches.length, arenaBytes: this.#arena?.bytes ?? 0 };
  }

  get kernels(): readonly { readonly label: string; readonly code: string }[] {
    return this.#blueprint.dispatches.map(({ label, code }) => ({ label, code }));
  }

  /** Allocates buffers in advance if the capacity names every dimension of the graph. */
  async #reserve(capacity: DimValues): Promise<void> {
    const { sequences } = capacity;
    const full = sequences === undefined ? capacity : { boundaries: sequences + 1, ...capacity };
    const symbols = [...this.#blueprint.feeds.inputs.values()].flatMap(({ shape }) => shape);
    if (symbols.some((dim) => typeof dim === 'string' && full[dim] === undefined)) return;
    await this.#plan(full).checked;
  }

  /** Creates the buffers for a capacity. `checked` rejects if WebGPU reports an error about them. */
  #plan(capacity: DimValues): { arena: Arena; checked: Promise<void> } {
    this.#arena?.dispose();
    this.#arena = undefined;
    const { result, checked } = this.#context.guarded(
      `no memory for '${this.#label}'`,
      () => new Arena(this.#context, this.#blueprint, capacity, this.#label),
    );
    this.#arena = result;
    return { arena: result, checked };
  }

  /** Returns the arena for a batch: the current one if it is large enough, else a new one with spare capacity. */
  #arenaFor(dims: DimValues): { arena: Arena; checked?: Promise<void> } {
    if (this.#arena?.holds(dims)) return { arena: this.#arena };
    const capacity: Record<string, number> = { ...this.#arena?.capacity };
    for (const [name, value] of Object.entries(dims)) {
      const present = capacity[name] ?? 0;
      if (value > present) capacity[name] = Math.max(value, Math.ceil(present * 1.25));
    }
    return this.#plan(capacity);
  }

  async run(inputs: Feeds): Promise<Results> {
    this.#check();
    if (this.#waiting.length === 0 && this.#staging?.hasRoom !== false) return this.#start(inputs);
    // The caller may reuse its arrays as soon as this returns.
    const copies = Object.fromEntries(Object.entries(inputs).map(([name, data]) => [name, data.slice()]));
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        this.#start(copies).then(resolve, reject);
      });
    });
  }

  work(inputs: Feeds): KernelWork[] {
    return workOf(this.#blueprint, bindFeeds(this.#blueprint.feeds, inputs));
  }

  async time(inputs: Feeds, repeats = 1): Promise<number[]> {
    this.#check();
    const dims = bindFeeds(this.#blueprint.feeds, inputs);
    const { arena, checked } = this.#arenaFor(dims);
    arena.setDims(dims);
    this.#feed(arena, inputs);
    const work = this.#blueprint.dispatches.map((dispatch, i) => ({
      before: (encoder: GPUCommandEncoder) => {
        for (const value of dispatch.cleared) encoder.clearBuffer(arena.buffer(value));
      },
      encode: (pass: GPUComputePassEncoder) => {
        pass.setPipeline(at(this.#pipelines, i));
        pass.setBindGroup(0, at(arena.bindGroups, i));
        for (let time = 0; time < repeats; time++) pass.dispatchWorkgroups(...at(arena.groups, i));
      },
    }));
    const [times] = await Promise.all([timeWork(this.#context, work), checked]);
    return times.map((milliseconds) => milliseconds / repeats);
  }

  #check(): void {
    if (this.#disposed) throw new DisposedError(`program '${this.#label}'`);
    this.#context.check();
    for (const { storage } of this.#blueprint.variables) {
      if (!(storage instanceof WebGPUTensor))
        throw new DeviceError(`'${storage.label}' lives on another device`);
      storage.checkAlive();
    }
  }

  /** Submits a run. Everything up to the first await happens before this returns. */
  async #start(feeds: Feeds): Promise<Results> {
    let ring: StagingRing | undefined;
    let staging: TrackedBuffer | undefined;
    try {
      this.#check();
      const dims = bindFeeds(this.#blueprint.feeds, feeds);
      const { arena, checked } = this.#arenaFor(dims);
      const { offsets, bytes } = this.#outputParts(arena.capacity);
      ring = this.#ringFor(bytes);
      staging = ring.take();
      arena.setDims(dims);
      this.#feed(arena, feeds);
      this.#submit(arena, staging.buffer, offsets, dims);
      const [data] = await Promise.all([this.#context.readMapped(staging.buffer, bytes), checked]);
      return this.#results(data, offsets, dims);
    } catch (error) {
      throw this.#disposed ? new DisposedError(`program '${this.#label}'`) : error;
    } finally {
      if (staging) ring?.giveBack(staging);
      if (this.#staging?.hasRoom !== false) this.#waiting.shift()?.();
    }
  }

  /** Returns staging buffers of at least this size. */
  #ringFor(bytes: number): StagingRing {
    if (!this.#staging || this.#staging.bytes < bytes) {
      this.#staging?.retire();
      this.#staging = new StagingRing(this.#context, `arena/${this.#label} outputs`, bytes);
    }
    return this.#staging;
  }

  /** Returns the offset in bytes of each output in a staging buffer, and the total size. */
  #outputParts(dims: DimValues): { offsets: number[]; bytes: number } {
    let bytes = 0;
    const offsets = this.#blueprint.outputs.map(({ tensor, place }) => {
      const offset = bytes;
      bytes += Math.ceil((sizeOf(tensor.shape, dims) * (isHalf(place.root) ? 2 : 4)) / 16) * 16;
      return offset;
    });
    return { offsets, bytes };
  }

  #feed(arena: Arena, feeds: Feeds): void {
    const { queue } = this.#context.gpu;
    for (const [name, tensor] of this.#blueprint.feeds.inputs) {
      const data = fed(feeds, name);
      const values = data instanceof Float64Array ? Float32Array.from(data) : data;
      // The array types do not exclude shared memory, which writeBuffer's type requires.
      queue.writeBuffer(arena.buffer(tensor), 0, values as Parameters<GPUQueue['writeBuffer']>[2]);
    }
    for (const { node, ids, table } of this.#blueprint.gathers)
      queue.writeBuffer(arena.buffer(at(node.outputs, 0)), 0, table.gatherRows(fed(feeds, ids)));
  }

  #submit(arena: Arena, staging: GPUBuffer, offsets: readonly number[], dims: DimValues): void {
    const encoder = this.#context.gpu.createCommandEncoder({ label: this.#label });
    let pass: GPUComputePassEncoder | undefined;
    for (const [i, dispatch] of this.#blueprint.dispatches.entries()) {
      for (const value of dispatch.cleared) {
        pass?.end();
        pass = undefined;
        encoder.clearBuffer(arena.buffer(value));
      }
      pass ??= encoder.beginComputePass();
      pass.setPipeline(at(this.#pipelines, i));
      pass.setBindGroup(0, at(arena.bindGroups, i));
      pass.dispatchWorkgroups(...at(arena.groups, i));
    }
    pass?.end();
    for (const [i, { tensor, place }] of this.#blueprint.outputs.entries()) {
      const width = isHalf(place.root) ? 2 : 4;
      const bytes = Math.ceil((sizeOf(tensor.shape, dims) * width) / 4) * 4;
      encoder.copyBufferToBuffer(
        arena.buffer(place.root),
        place.offset * width,
        staging,
        at(offsets, i),
        bytes,
      );
    }
    this.#copyUpdates(encoder, arena);
    this.#context.gpu.queue.submit([encoder.finish()]);
  }

  #copyUpdates(encoder: GPUCommandEncoder, arena: Arena): void {
    const { copies } = this.#blueprint;
    const bytesOf = (i: number): number => sizeOf(copies[i]?.variable.shape ?? [], {}) * 4;
    const kept = new Map<number, GPUBuffer>();
    for (const [i, { from }] of copies.entries()) {
      if (valueLeaf(from.root)?.kind !== 'variable') continue;
      const copy = at(this.#copies, kept.size).buffer;
      encoder.copyBufferToBuffer(arena.buffer(from.root), from.offset * 4, copy, 0, bytesOf(i));
      kept.set(i, copy);
    }
    for (const [i, { from, variable }] of copies.entries()) {
      const source = kept.get(i);
      const offset = source ? 0 : from.offset * 4;
      encoder.copyBufferToBuffer(
        source ?? arena.buffer(from.root),
        offset,
        arena.buffer(variable),
        0,
        bytesOf(i),
      );
    }
  }

  #results(bytes: ArrayBuffer, offsets: readonly number[], dims: DimValues): Results {
    const results: Results = {};
    for (const [i, { name, tensor, place }] of this.#blueprint.outputs.entries()) {
      const size = sizeOf(tensor.shape, dims);
      const begin = at(offsets, i);
      if (isHalf(place.root)) results[name] = f16ToF32(new Uint16Array(bytes, begin, size));
      else {
        const part = bytes.slice(begin, begin + size * 4);
        results[name] = tensor.dtype === 'i32' ? new Int32Array(part) : new Float32Array(part);
      }
    }
    return results;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#arena?.dispose();
    this.#staging?.dispose();
    for (const copy of this.#copies) this.#context.destroyBuffer(copy);
    for (const start of this.#waiting.splice(0)) start();
    this.#release();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
