import {
  bindDimensions,
  concreteShape,
  DeviceError,
  DisposedError,
  type HostArray,
  type Program,
  type ProgramStatistics,
} from '@scalearn/core';
import type { OnnxDevice } from './device.ts';
import { computeHostValue } from './host/compute.ts';
import { HostContext } from './host/context.ts';
import { maskShape } from './host/masks.ts';
import { MaskBuffer } from './masks/mask-buffer.ts';
import type { RuntimeTensor, Session } from './runtime.ts';
import type { OnnxTensor } from './tensor.ts';
import type { Translation } from './translate.ts';

/** A session, and the order of its runs. While one runs, the next one's masks are already being drawn. */
export class OnnxProgram implements Program {
  readonly label: string;
  readonly #device: OnnxDevice;
  readonly #session: Session;
  readonly #translation: Translation;
  readonly #release: () => void;
  readonly #masks: MaskBuffer[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(
    device: OnnxDevice,
    session: Session,
    translation: Translation,
    label: string,
    release: () => void,
  ) {
    this.#device = device;
    this.#session = session;
    this.#translation = translation;
    this.label = `arena/${label}`;
    this.#release = release;
  }

  get statistics(): ProgramStatistics {
    return { operations: this.#translation.nodeCount };
  }

  /** Bytes of mask buffers: what ONNX Runtime keeps for intermediate values it does not tell. */
  get bytes(): number {
    return this.#masks.reduce((n, buffer) => n + buffer.bytes, 0);
  }

  run(feeds: Readonly<Record<string, HostArray>>): Promise<Record<string, HostArray>> {
    if (this.#disposed) return Promise.reject(new DisposedError(`program '${this.label}'`));
    const result = this.#run(feeds, this.#last);
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #run(
    feeds: Readonly<Record<string, HostArray>>,
    before: Promise<unknown>,
  ): Promise<Record<string, HostArray>> {
    const { inputs, hostInputs, variables, outputs, updates } = this.#translation;
    const dims = bindDimensions(inputs, feeds);
    const values: Record<string, RuntimeTensor> = {};
    for (const [name, tensor] of inputs)
      values[`input ${name}`] = this.#tensor(feeds[name] as HostArray, concreteShape(tensor.shape, dims));
    const context = new HostContext(dims, feeds);
    const masks = this.#takeMasks(hostInputs.flatMap(({ value }) => sizeOf(maskShape(value, context))));
    try {
      for (const { name, value } of hostInputs) {
        const { data, shape } = computeHostValue(value, { context, masks });
        values[name] = this.#tensor(data, shape);
      }
      await before;
      for (const [name, storage] of variables) values[name] = (storage as OnnxTensor).value;
      const results = await this.#session.run(values);
      for (const { output, storage } of updates)
        (storage as OnnxTensor).replace(results[output] as RuntimeTensor);
      return Object.fromEntries(
        Object.entries(outputs).map(([name, from]) => [name, (results[from] as RuntimeTensor).data]),
      );
    } catch (cause) {
      if (cause instanceof DisposedError) throw cause;
      throw new DeviceError(`ONNX Runtime could not run '${this.label}': ${String(cause)}`, { cause });
    } finally {
      this.#masks.push(masks);
    }
  }

  #tensor(data: HostArray | BigInt64Array, shape: readonly number[]): RuntimeTensor {
    const Tensor = this.#device.runtime.Tensor;
    if (data instanceof BigInt64Array) return new Tensor('int64', data, shape);
    if (data instanceof Int32Array) return new Tensor('int32', data, shape);
    return new Tensor('float32', data instanceof Float32Array ? data : Float32Array.from(data), shape);
  }

  /** A free mask buffer with room, or a new one a little larger than needed. */
  #takeMasks(sizes: readonly number[]): MaskBuffer {
    const elements = sizes.reduce((a, b) => a + b, 0);
    const free = this.#masks.pop();
    if (free?.holds(elements, sizes.length)) {
      free.reset();
      return free;
    }
    return new MaskBuffer(Math.ceil(elements * 1.2), sizes.length);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#masks.length = 0;
    this.#release();
    this.#last = this.#last.then(() => this.#session.release());
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

function sizeOf(shape: readonly number[] | undefined): readonly number[] {
  return shape ? [shape.reduce((a, b) => a * b, 1)] : [];
}
