import { type DeviceTensor, DisposedError, type HostArray, ShapeError } from '@scalearn/core';
import type { DType } from '@scalearn/core/graph';
import type { OnnxHost, RuntimeTensor } from './runtime.ts';

/** A tensor in memory that sessions read in place. */
export class OnnxTensor implements DeviceTensor {
  readonly device: OnnxHost;
  readonly label: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly #release: () => void;
  #value: RuntimeTensor | undefined;

  constructor(
    device: OnnxHost,
    label: string,
    shape: readonly number[],
    data: HostArray,
    release: () => void,
  ) {
    this.device = device;
    this.label = label;
    this.shape = shape;
    this.dtype = data instanceof Int32Array ? 'i32' : 'f32';
    this.#release = release;
    this.#value = this.#make(data);
  }

  #make(data: HostArray): RuntimeTensor {
    const values = data instanceof Int32Array ? data.slice() : Float32Array.from(data);
    return new this.device.runtime.Tensor(this.dtype === 'i32' ? 'int32' : 'float32', values, this.shape);
  }

  get value(): RuntimeTensor {
    if (!this.#value) throw new DisposedError(`tensor '${this.label}'`);
    return this.#value;
  }

  /** Replaces the values by a tensor of the runtime. */
  replace(value: RuntimeTensor): void {
    if (this.#value) this.#value = value;
  }

  get bytes(): number {
    return this.#value?.data.byteLength ?? 0;
  }

  read(): Promise<HostArray> {
    return this.device.queue.add(() => this.value.data.slice());
  }

  write(data: HostArray): void {
    if (data.length !== this.value.data.length)
      throw new ShapeError(`'${this.label}' holds ${this.value.data.length} values, not ${data.length}`);
    const value = this.#make(data);
    this.device.queue.add(() => this.replace(value));
  }

  dispose(): void {
    this.#value = undefined;
    this.#release();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
