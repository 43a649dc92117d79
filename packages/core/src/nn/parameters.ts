import type { Device, DeviceTensor } from '../devices/device.ts';
import { at } from '../elements.ts';
import { ArgumentError, ShapeError } from '../errors.ts';
import { variable } from '../graph/leaves.ts';
import type { Tensor } from '../graph/tensor.ts';
import { packLayout, view } from '../ops/pack.ts';
import { RandomStream } from '../random/streams.ts';

/** The source of a parameter's initial values: a distribution, a constant, or given values. */
export type Initializer =
  | { readonly mean: number; readonly deviation: number }
  /** Uniform between -bound and bound. */
  | { readonly bound: number }
  | { readonly constant: number }
  | { readonly values: Float32Array };

/** A trainable tensor. Its name is its key on disk. */
export interface ParameterSpec {
  /** Name of the parameter, which is its key on disk. */
  readonly name: string;
  /** Sizes of the dimensions. */
  readonly shape: readonly number[];
  /** The source of its initial values. */
  readonly init: Initializer;
  /** Whether weight decay applies; biases and layer norms have none. */
  readonly decay: boolean;
  /** Learning rate relative to the run's; 1 by default. With 0 it keeps its initial values: saved, but not trained. */
  readonly rate?: number;
  /** In joint training: the tasks whose steps update it; by default all. */
  readonly tasks?: readonly string[];
  /** Names on disk of its equal parts along the first axis; by default it is stored as a whole. */
  readonly parts?: readonly string[];
}

export interface NamedTensor {
  /** Sizes of the dimensions. */
  readonly shape: readonly number[];
  /** Values, row-major. */
  readonly data: Float32Array;
}

/** Parameters that share a vector and one update kernel. They are always updated together, in the same way. */
export interface ParameterGroup extends Pick<ParameterSpec, 'decay' | 'tasks'> {
  /** `decay` or `noDecay`, followed by other properties of the group. */
  readonly name: string;
  readonly rate: number;
  readonly specs: readonly ParameterSpec[];
  readonly offsets: readonly number[];
  readonly size: number;
  readonly values: DeviceTensor;
  /** First and second moments of the optimizer. */
  readonly m: DeviceTensor;
  readonly v: DeviceTensor;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** All trainable parameters of a run and the optimizer's state, on one device. */
export class Parameters implements Disposable {
  readonly groups: readonly ParameterGroup[];
  readonly #views = new Map<string, Tensor>();

  /** @param seed seed of random initialization; a parameter's values depend only on the seed and its name */
  constructor(device: Device, specs: readonly ParameterSpec[], seed: number) {
    if (specs.length === 0)
      throw new ArgumentError('there is nothing to train: the method and the head own no parameters');
    const names = new Set<string>();
    for (const { name } of specs) {
      if (names.has(name)) throw new ArgumentError(`two parameters are both named '${name}'`);
      names.add(name);
    }
    // All values are computed first, so that nothing is on the device if one of them is invalid.
    const members = new Map<string, ParameterSpec[]>();
    for (const spec of specs) members.set(groupName(spec), [...(members.get(groupName(spec)) ?? []), spec]);
    const layouts = [...members].sort(byName).map(([name, group]) => layOut(name, group, seed));
    this.groups = layouts.map((layout) => createGroup(device, layout));
    for (const { specs: members, values, offsets } of this.groups)
      for (const [i, { name, shape }] of members.entries())
        this.#views.set(name, view(variable(values), at(offsets, i), shape));
  }

  has(name: string): boolean {
    return this.#views.has(name);
  }

  /** Returns a parameter as a tensor for graphs. */
  tensor(name: string): Tensor {
    const tensor = this.#views.get(name);
    if (!tensor)
      throw new ArgumentError(
        `there is no parameter '${name}'; there are ${[...this.#views.keys()].join(', ')}`,
      );
    return tensor;
  }

  /** Returns the number of trainable values of the parameters that satisfy a condition. */
  count(condition: (spec: ParameterSpec) => boolean = () => true): number {
    return this.groups
      .filter((group) => group.rate !== 0)
      .flatMap((group) => group.specs)
      .filter(condition)
      .reduce((n, spec) => n + sizeOf(spec.shape), 0);
  }

  /** Reads the current values by their names on disk. */
  async read(): Promise<Map<string, NamedTensor>> {
    const result = new Map<string, NamedTensor>();
    for (const group of this.groups) {
      const all = Float32Array.from(await group.values.read());
      for (const { name, shape, begin, end } of storedParts(group))
        result.set(name, { shape, data: all.slice(begin, end) });
    }
    return result;
  }

  /** Replaces all values, by their names on disk. Every parameter must be given, with the right size. */
  write(tensors: ReadonlyMap<string, NamedTensor>): void {
    for (const group of this.groups) {
      const all = new Float32Array(group.size);
      for (const { name, begin, end } of storedParts(group)) {
        const data = tensors.get(name)?.data;
        if (data?.length !== end - begin)
          throw new ShapeError(
            `parameter '${name}' needs ${end - begin} values, not ${data?.length ?? 'none'}`,
          );
        all.set(data, begin);
      }
      group.values.write(all);
    }
  }

  dispose(): void {
    for (const { values, m, v } of this.groups) for (const tensor of [values, m, v]) tensor.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Yields the tensors that a group is stored as, with their places in its vector. */
function* storedParts({ specs, offsets }: ParameterGroup): Generator<{
  readonly name: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}> {
  for (const [i, spec] of specs.entries()) {
    const names = spec.parts ?? [spec.name];
    const [rows, ...rest] = spec.shape;
    const shape = rows === undefined ? [] : [rows / names.length, ...rest];
    for (const [k, name] of names.entries()) {
      const begin = at(offsets, i) + k * sizeOf(shape);
      yield { name, shape, begin, end: begin + sizeOf(shape) };
    }
  }
}

/** Returns the group's name. It is equal for parameters with the same steps, decay and learning rate. */
function groupName({ decay, rate = 1, tasks }: ParameterSpec): string {
  const name = decay ? 'decay' : 'noDecay';
  return `${name}${rate === 1 ? '' : ` x${rate}`}${tasks ? ` of ${tasks.join(',')}` : ''}`;
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

interface GroupLayout extends Omit<ParameterGroup, 'values' | 'm' | 'v'> {
  readonly first: Float32Array;
}

function layOut(name: string, specs: readonly ParameterSpec[], seed: number): GroupLayout {
  const { offsets, size } = packLayout(specs.map((spec) => spec.shape));
  const first = new Float32Array(size);
  for (const [i, spec] of specs.entries()) first.set(initialValues(spec, seed), offsets[i]);
  const { decay, rate = 1, tasks } = at(specs, 0);
  return { name, decay, rate, tasks, specs, offsets, size, first };
}

function createGroup(device: Device, { first, ...group }: GroupLayout): ParameterGroup {
  const { name, size } = group;
  const upload = (what: string, data: Float32Array): DeviceTensor =>
    device.upload(data, [size], { label: `${what}/${name}` });
  return {
    ...group,
    values: upload('parameters', first),
    m: upload('optimizer/m', new Float32Array(size)),
    v: upload('optimizer/v', new Float32Array(size)),
  };
}

function initialValues({ name, shape, init }: ParameterSpec, seed: number): Float32Array {
  const size = sizeOf(shape);
  if ('constant' in init) return new Float32Array(size).fill(init.constant);
  if ('mean' in init)
    return new RandomStream(seed, `initial/${name}`).normal(size, init.mean, init.deviation);
  if ('bound' in init) {
    const stream = new RandomStream(seed, `initial/${name}`);
    return new Float32Array(size).map(() => init.bound * (2 * stream.uniform() - 1));
  }
  if (init.values.length !== size)
    throw new ShapeError(`'${name}' needs ${size} initial values, not ${init.values.length}`);
  return init.values;
}

/** Returns a linear layer's parameters: a weight from N(0, deviation²) and a zero bias. */
export function linearParameters(
  name: string,
  outputs: number,
  inputs: number,
  deviation: number,
): ParameterSpec[] {
  return [
    { name: `${name}.weight`, shape: [outputs, inputs], init: { mean: 0, deviation }, decay: true },
    { name: `${name}.bias`, shape: [outputs], init: { constant: 0 }, decay: false },
  ];
}
