import { at } from '../elements.ts';
import { DeviceError, DisposedError, ScalearnError, ShapeError } from '../errors.ts';
import { bindFeeds, type FeedPlan, fed, planFeeds } from '../graph/feeds.ts';
import { type Graph, topologicalOrder } from '../graph/graph.ts';
import { leafOf } from '../graph/leaves.ts';
import { concreteShape } from '../graph/shape.ts';
import type { DType, Tensor } from '../graph/tensor.ts';
import { type Values, valuesOf } from '../graph/values.ts';
import type { Device, DeviceTensor, HostArray, MemoryUse, Program, UploadOptions } from './device.ts';
import { measureMemory } from './memory.ts';

type Precision = 'float64' | 'float32';

/**
 * Interprets graphs one operation at a time, in plain loops. In `float64` it is the reference that every other device
 * is compared with. In `float32` every intermediate value is rounded.
 */
export class ReferenceDevice implements Device {
  readonly kind = 'reference';
  readonly precision: Precision;
  readonly lost: Promise<string> = new Promise(() => {});
  readonly #tensors = new Set<ReferenceTensor>();
  #disposed = false;

  constructor(precision: Precision = 'float32') {
    this.precision = precision;
  }

  get description(): string {
    return `plain JavaScript interpreter, ${this.precision}`;
  }

  upload(data: HostArray, shape: readonly number[], { label = 'tensor' }: UploadOptions = {}): DeviceTensor {
    if (this.#disposed) throw new DisposedError('the reference device');
    const size = shape.reduce((a, b) => a * b, 1);
    if (data.length !== size)
      throw new ShapeError(`'${label}': ${data.length} values do not make [${shape.join(', ')}]`);
    const tensor = new ReferenceTensor(this, label, shape, this.array(data), () =>
      this.#tensors.delete(tensor),
    );
    this.#tensors.add(tensor);
    return tensor;
  }

  /** Returns a copy in the device's precision. */
  array(data: HostArray): HostArray {
    if (data instanceof Int32Array) return data.slice();
    return this.precision === 'float64' ? Float64Array.from(data) : Float32Array.from(data);
  }

  zeros(dtype: DType, shape: readonly number[]): Values {
    const size = shape.reduce((a, b) => a * b, 1);
    if (dtype === 'i32') return valuesOf(new Int32Array(size), shape);
    return valuesOf(this.precision === 'float64' ? new Float64Array(size) : new Float32Array(size), shape);
  }

  async compile(graph: Graph): Promise<Program> {
    return new ReferenceProgram(this, graph);
  }

  memory(): MemoryUse {
    return measureMemory(this.#tensors);
  }

  dispose(): void {
    this.#disposed = true;
    for (const tensor of this.#tensors) tensor.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.dispose();
  }
}

class ReferenceTensor implements DeviceTensor {
  readonly device: ReferenceDevice;
  readonly label: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly #release: () => void;
  #values: HostArray | undefined;

  constructor(
    device: ReferenceDevice,
    label: string,
    shape: readonly number[],
    values: HostArray,
    release: () => void,
  ) {
    this.device = device;
    this.label = label;
    this.shape = shape;
    this.dtype = values instanceof Int32Array ? 'i32' : 'f32';
    this.#values = values;
    this.#release = release;
  }
  get values(): HostArray {
    if (!this.#values) throw new DisposedError(`tensor '${this.label}'`);
    return this.#values;
  }
  set values(values: HostArray) {
    this.#values = values;
  }
  get bytes(): number {
    return this.#values?.byteLength ?? 0;
  }
  async read(): Promise<HostArray> {
    return this.values.slice();
  }
  write(data: HostArray): void {
    if (data.length !== this.values.length)
      throw new ShapeError(`'${this.label}' holds ${this.values.length} values, not ${data.length}`);
    this.values.set(data);
  }
  dispose(): void {
    this.#values = undefined;
    this.#release();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

function own(storage: DeviceTensor): ReferenceTensor {
  if (storage instanceof ReferenceTensor) return storage;
  throw new DeviceError(`'${storage.label}' lives on another device`);
}

class ReferenceProgram implements Program {
  readonly #device: ReferenceDevice;
  readonly #graph: Graph;
  readonly #order: ReturnType<typeof topologicalOrder>;
  readonly #feeds: FeedPlan;
  #disposed = false;

  constructor(device: ReferenceDevice, graph: Graph) {
    this.#device = device;
    this.#graph = graph;
    this.#order = topologicalOrder(graph);
    this.#feeds = planFeeds(this.#order);
  }

  get statistics(): { operations: number } {
    return { operations: this.#order.filter((node) => node.inputs.length > 0).length };
  }

  async run(feeds: Readonly<Record<string, HostArray>>): Promise<Record<string, HostArray>> {
    if (this.#disposed) throw new DisposedError('a program');
    const dims = bindFeeds(this.#feeds, feeds);
    const values = new Map<Tensor, HostArray>();
    const get = (tensor: Tensor): HostArray => {
      const value = values.get(tensor);
      if (!value) throw new ScalearnError('a value was used before it was computed');
      return value;
    };
    for (const node of this.#order) {
      const first = at(node.outputs, 0);
      const leaf = leafOf(first);
      if (leaf?.kind === 'input') values.set(first, this.#device.array(fed(feeds, leaf.name)));
      else if (leaf) values.set(first, own(leaf.storage).values);
      else {
        const outputs = node.outputs.map(({ shape, dtype }) =>
          this.#device.zeros(dtype, concreteShape(shape, dims)),
        );
        node.operation.reference({
          inputs: node.inputs.map((t) => valuesOf(get(t), concreteShape(t.shape, dims))),
          outputs,
          attributes: node.attributes,
          dims,
        });
        for (const [i, { array }] of outputs.entries()) values.set(at(node.outputs, i), array);
      }
    }
    const results = Object.entries(this.#graph.outputs).map(
      ([name, tensor]) => [name, get(tensor).slice()] as const,
    );
    const updates = (this.#graph.updates ?? []).map(
      ({ variable, value }) => [variable, get(value).slice()] as const,
    );
    for (const [variable, value] of updates) {
      const leaf = leafOf(variable);
      if (leaf?.kind === 'variable') own(leaf.storage).values = value;
    }
    return Object.fromEntries(results);
  }

  dispose(): void {
    this.#disposed = true;
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
