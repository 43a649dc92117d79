import { DeviceError, DisposedError, type HostArray, ScalearnError } from '@scalearn/core';
import {
  bindFeeds,
  concreteShape,
  type DimValues,
  type Program,
  type ProgramStatistics,
} from '@scalearn/core/graph';
import { partName } from './device-emitter.ts';
import type { GraphForms } from './forms.ts';
import { FrozenTensor } from './frozen/frozen-tensor.ts';
import { computeHostValue } from './host/compute.ts';
import { HostContext } from './host/context.ts';
import { maskSizes } from './host/masks.ts';
import type { OnnxHost, RuntimeTensor } from './runtime.ts';
import type { OnnxTensor } from './tensor.ts';
import type { Translation } from './translate.ts';

type Feeds = Readonly<Record<string, HostArray>>;

/** A compiled graph in ONNX Runtime. */
export class OnnxProgram implements Program {
  readonly #label: string;
  readonly #device: OnnxHost;
  readonly #forms: GraphForms;
  readonly #release: () => void;
  #disposed = false;

  constructor(device: OnnxHost, forms: GraphForms, label: string, release: () => void) {
    this.#device = device;
    this.#forms = forms;
    this.#label = label;
    this.#release = release;
  }

  get statistics(): ProgramStatistics {
    return { operations: this.#forms.short.translation.nodeCount };
  }

  async run(feeds: Feeds): Promise<Record<string, HostArray>> {
    if (this.#disposed) throw new DisposedError(`program '${this.#label}'`);
    const dims = bindFeeds(this.#forms.short.translation.feeds, feeds);
    // Copied, because the run may wait for others while the caller reuses its arrays.
    const kept = Object.fromEntries(Object.entries(feeds).map(([name, data]) => [name, plain(data)]));
    return this.#device.queue.add(() => this.#run(kept, dims));
  }

  async #run(feeds: Feeds, dims: DimValues): Promise<Record<string, HostArray>> {
    const context = new HostContext(dims, feeds);
    let translation: Translation;
    let results: Record<string, RuntimeTensor>;
    try {
      const form = await this.#forms.of(context);
      translation = form.translation;
      results = await form.session.run(this.#values(translation, feeds, context));
    } catch (cause) {
      if (cause instanceof ScalearnError) throw cause;
      throw new DeviceError(`ONNX Runtime could not run '${this.#label}': ${String(cause)}`, { cause });
    }
    const { outputs, updates } = translation;
    for (const { output, storage } of updates)
      (storage as OnnxTensor).replace(results[output] as RuntimeTensor);
    return Object.fromEntries(
      Object.entries(outputs).map(([name, from]) => [name, (results[from] as RuntimeTensor).data]),
    );
  }

  /** Returns all inputs of the model: fed arrays, variables on the device, and values computed on the host. */
  #values(
    { feeds: plan, hostInputs, variables }: Translation,
    feeds: Feeds,
    context: HostContext,
  ): Record<string, RuntimeTensor> {
    const values: Record<string, RuntimeTensor> = {};
    for (const [name, tensor] of plan.inputs)
      values[`input ${name}`] = this.#tensor(
        feeds[name] as HostArray,
        concreteShape(tensor.shape, context.dims),
      );
    for (const [name, storage] of variables) {
      if (storage instanceof FrozenTensor)
        for (const [part, value] of storage.parts) values[partName(name, part.name)] = value;
      else values[name] = (storage as OnnxTensor).value;
    }
    const sizes = maskSizes(
      hostInputs.map(({ value }) => value),
      context,
    );
    const call = { context, masks: this.#device.maskBuffer(sizes) };
    for (const { name, value } of hostInputs) {
      const { data, shape } = computeHostValue(value, call);
      values[name] = this.#tensor(data, shape);
    }
    return values;
  }

  #tensor(data: HostArray | BigInt64Array, shape: readonly number[]): RuntimeTensor {
    const Tensor = this.#device.runtime.Tensor;
    if (data instanceof BigInt64Array) return new Tensor('int64', data, shape);
    return new Tensor(data instanceof Int32Array ? 'int32' : 'float32', data, shape);
  }

  /** Releases the session after the runs that were requested before. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#release();
    // Not awaited, so an error must not crash the process.
    this.#device.queue.add(() => this.#forms.release()).catch(() => {});
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Returns a copy in the type that ONNX Runtime accepts. */
function plain(data: HostArray): Float32Array | Int32Array {
  return data instanceof Int32Array ? data.slice() : Float32Array.from(data);
}
