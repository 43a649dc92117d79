import { type DeviceTensor, DisposedError, type HostArray, ShapeError } from '@scalearn/core';
import type { OnnxHost, RuntimeTensor } from '../runtime.ts';
import type { FrozenForm, FrozenPart } from './form.ts';

/** A frozen weight that is kept in fewer bits. Programs do not update it. */
export class FrozenTensor implements DeviceTensor {
  readonly device: OnnxHost;
  readonly label: string;
  readonly shape: readonly number[];
  readonly dtype = 'f32';
  readonly form: FrozenForm;
  readonly #release: () => void;
  #parts: ReadonlyMap<FrozenPart, RuntimeTensor> | undefined;

  /** @throws what the form throws for values that it cannot keep */
  constructor(
    device: OnnxHost,
    label: string,
    shape: readonly number[],
    data: HostArray,
    form: FrozenForm,
    release: () => void,
  ) {
    this.device = device;
    this.label = label;
    this.shape = shape;
    this.form = form;
    this.#release = release;
    this.#parts = this.#make(data);
  }

  #make(data: HostArray): ReadonlyMap<FrozenPart, RuntimeTensor> {
    const { Tensor } = this.device.runtime;
    const parts = this.form.encode(Float32Array.from(data), this.shape, this.label);
    return new Map(parts.map((part) => [part, new Tensor(runtimeTypes[part.type], part.data, part.shape)]));
  }

  get storage(): FrozenForm['storage'] {
    return this.form.storage;
  }

  /** What sessions read. */
  get parts(): ReadonlyMap<FrozenPart, RuntimeTensor> {
    if (!this.#parts) throw new DisposedError(`tensor '${this.label}'`);
    return this.#parts;
  }

  get bytes(): number {
    return [...(this.#parts?.keys() ?? [])].reduce((sum, { data }) => sum + data.byteLength, 0);
  }

  read(): Promise<HostArray> {
    return this.device.queue.add(() => decode([...this.parts.keys()]));
  }

  write(data: HostArray): void {
    const size = this.shape.reduce((a, b) => a * b, 1);
    if (data.length !== size)
      throw new ShapeError(`'${this.label}' holds ${size} values, not ${data.length}`);
    const parts = this.#make(data);
    this.device.queue.add(() => {
      if (this.#parts) this.#parts = parts;
    });
  }

  dispose(): void {
    this.#parts = undefined;
    this.#release();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

const runtimeTypes = { i8: 'int8', i16: 'int16', f32: 'float32' } as const;

function decode([numbers, scales]: readonly FrozenPart[]): Float32Array {
  const factors = scales?.data ?? [];
  const width = (numbers?.data.length ?? 0) / factors.length;
  return Float32Array.from(
    numbers?.data ?? [],
    (number, i) => number * (factors[Math.floor(i / width)] as number),
  );
}
