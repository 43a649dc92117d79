import { at } from '../../elements.ts';
import { DeviceError, DisposedError, ShapeError } from '../../errors.ts';
import type { DType } from '../../graph/tensor.ts';
import { f16ToF32, f32ToF16 } from '../../half.ts';
import type { Device, DeviceTensor, HostArray, UploadOptions } from '../device.ts';
import { type GpuContext, type TrackedBuffer, usage } from './context.ts';

/** A tensor in its own GPU buffer, or on the host if it is larger than the adapter can bind. */
export class WebGPUTensor implements DeviceTensor {
  readonly device: Device;
  readonly label: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly storage: 'f32' | 'f16';
  readonly size: number;
  readonly #context: GpuContext;
  readonly #release: () => void;
  #buffer: TrackedBuffer | undefined;
  /** Values of a tensor that is too large to bind, in its storage type. */
  #host: Float32Array | Int32Array | Uint16Array | undefined;

  constructor(
    device: Device,
    context: GpuContext,
    data: HostArray,
    shape: readonly number[],
    { label = 'tensor', storage = 'f32' }: UploadOptions,
    release: (tensor: WebGPUTensor) => void,
  ) {
    this.device = device;
    this.#context = context;
    this.label = label;
    this.shape = shape;
    this.size = shape.reduce((a, b) => a * b, 1);
    if (data.length !== this.size)
      throw new ShapeError(`'${label}': ${data.length} values do not make [${shape.join(', ')}]`);
    this.dtype = data instanceof Int32Array ? 'i32' : 'f32';
    this.storage = this.dtype === 'i32' || storage === 'f32' ? 'f32' : 'f16';
    this.#release = () => release(this);
    if (this.storedBytes > context.limit) {
      this.#host = encode(data, this.storage);
      return;
    }
    const flags = usage.storage | usage.copySource | usage.copyTarget;
    // A small integer tensor may be the random state, which kernels bind as a uniform.
    const small = this.dtype === 'i32' && this.size <= 64 ? usage.uniform : 0;
    this.#buffer = context.createBuffer(label, this.storedBytes, flags | small);
    this.#upload(data);
  }

  /** Bytes of the values in their storage type, on the GPU or on the host. */
  get storedBytes(): number {
    return Math.ceil((this.size * (this.storage === 'f16' ? 2 : 4)) / 4) * 4;
  }

  get bytes(): number {
    return this.#buffer?.bytes ?? 0;
  }

  /** Whether the values are on the host because the adapter cannot bind a buffer of this size. */
  get isOnHost(): boolean {
    return this.#host !== undefined;
  }

  /** The tensor's buffer. @throws DisposedError, or DeviceError if the values are on the host */
  get buffer(): GPUBuffer {
    if (this.#host)
      throw new DeviceError(
        `'${this.label}' is too large for this adapter: it is on the host, where rows can be looked up, but kernels and outputs cannot read it`,
      );
    if (!this.#buffer) throw new DisposedError(`tensor '${this.label}'`);
    return this.#buffer.buffer;
  }

  /** @throws DisposedError if the tensor was disposed */
  checkAlive(): void {
    if (!this.#buffer && !this.#host) throw new DisposedError(`tensor '${this.label}'`);
  }

  /** Returns rows of a matrix that is on the host, concatenated. */
  gatherRows(ids: HostArray): Float32Array<ArrayBuffer> {
    this.checkAlive();
    const width = at(this.shape, 1);
    const out = new Float32Array(ids.length * width);
    for (const [i, id] of ids.entries()) {
      const row = this.#host?.subarray(id * width, (id + 1) * width) ?? [];
      out.set(row instanceof Uint16Array ? f16ToF32(row) : row, i * width);
    }
    return out;
  }

  async read(): Promise<HostArray> {
    this.checkAlive();
    if (this.#host) return decode(this.#host.slice());
    this.#context.check();
    const staging = this.#context.createBuffer('staging', this.storedBytes, usage.mapRead | usage.copyTarget);
    try {
      const encoder = this.#context.gpu.createCommandEncoder();
      encoder.copyBufferToBuffer(this.buffer, 0, staging.buffer, 0, this.storedBytes);
      this.#context.gpu.queue.submit([encoder.finish()]);
      const bytes = await this.#context.readMapped(staging.buffer, this.storedBytes);
      if (this.storage === 'f16') return decode(new Uint16Array(bytes, 0, this.size));
      return this.dtype === 'i32'
        ? new Int32Array(bytes, 0, this.size)
        : new Float32Array(bytes, 0, this.size);
    } finally {
      this.#context.destroyBuffer(staging);
    }
  }

  write(data: HostArray): void {
    this.checkAlive();
    if (data.length !== this.size)
      throw new ShapeError(`'${this.label}' holds ${this.size} values, not ${data.length}`);
    if ((this.dtype === 'i32') !== data instanceof Int32Array)
      throw new DeviceError(`'${this.label}' holds ${this.dtype} values`);
    if (this.#host) this.#host = encode(data, this.storage);
    else this.#upload(data);
  }

  #upload(data: HostArray): void {
    this.#context.check();
    const values = encode(data, this.storage);
    let bytes = values;
    if (values.byteLength % 4 !== 0) {
      bytes = new Uint16Array(values.length + 1);
      bytes.set(values);
    }
    // The array types do not exclude shared memory, which writeBuffer's type requires.
    this.#context.gpu.queue.writeBuffer(this.buffer, 0, bytes as Parameters<GPUQueue['writeBuffer']>[2]);
  }

  dispose(): void {
    if (this.#buffer) this.#context.destroyBuffer(this.#buffer);
    this.#buffer = undefined;
    this.#host = undefined;
    this.#release();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Returns a copy in the storage type. */
function encode(data: HostArray, storage: 'f32' | 'f16'): Float32Array | Int32Array | Uint16Array {
  if (data instanceof Int32Array) return data.slice();
  if (storage === 'f32') return Float32Array.from(data);
  return f32ToF16(data instanceof Float32Array ? data : Float32Array.from(data));
}

function decode(values: Float32Array | Int32Array | Uint16Array): HostArray {
  return values instanceof Uint16Array ? f16ToF32(values) : values;
}
