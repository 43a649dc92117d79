import type { HostArray } from '@scalearn/core';
import { input, RandomStream, randomInput, type Shape, type Tensor } from '@scalearn/core/graph';
import { Draw } from './tape.ts';

const widths = [4, 3, 1, 2, 5, 7, 8, 12, 16, 17, 24, 33] as const;

/** An f32 input of the graph. */
export interface Leaf {
  readonly name: string;
  /** The tensor that gradients are taken with respect to: the input, or a view of it. */
  readonly tensor: Tensor;
  /** Offset of that tensor in the input. */
  readonly offset: number;
}

export type Dims = Readonly<Record<'tokens' | 'sequences' | 'boundaries' | 'masked', number>>;

/** The number of positions that are chosen in a batch. */
const masked = 5;

export function dimsOf(lengths: readonly number[]): Dims {
  const tokens = lengths.reduce((a, b) => a + b, 0);
  return { tokens, sequences: lengths.length, boundaries: lengths.length + 1, masked };
}

export function sizeOf(shape: Shape, dims: Dims): number {
  return shape.reduce<number>((n, dim) => n * (typeof dim === 'number' ? dim : dims[dim as keyof Dims]), 1);
}

/** Maximum size of a result that is used further. It limits the time of the oracle. */
const mostElements = 12_000;
const largestBatch = dimsOf([40, 40, 40, 40, 40]);

/** The values that the operations of a graph are applied to. */
export class Builder {
  readonly leaves: Leaf[] = [];
  readonly values: Tensor[] = [];
  /** Results without a gradient. They are outputs, from which nothing else is computed. */
  readonly ends: Tensor[] = [];
  /** Whether central differences cannot be compared with the gradients. */
  isRough = false;
  readonly #shared = new Map<string, Tensor>();
  #names = 0;
  draw: Draw = new Draw([]);

  /** Adds a new input. */
  leaf(shape: Shape): Tensor {
    return this.part(shape, 0, (x) => x);
  }

  /** Adds a part of a new input. */
  part(shape: Shape, offset: number, view: (x: Tensor) => Tensor): Tensor {
    const name = `x${this.leaves.length}`;
    const tensor = view(input(name, shape));
    this.leaves.push({ name, tensor, offset });
    this.values.push(tensor);
    return tensor;
  }

  /** Returns an integer input, shared by all users. */
  integers(name: string, shape: Shape): Tensor {
    const tensor = this.#shared.get(name) ?? input(name, shape, 'i32');
    this.#shared.set(name, tensor);
    return tensor;
  }

  get cuSeqlens(): Tensor {
    return this.integers('cuSeqlens', ['boundaries']);
  }

  get random(): Tensor {
    const tensor = this.#shared.get('random') ?? randomInput();
    this.#shared.set('random', tensor);
    return tensor;
  }

  /** Returns a unique name. */
  name(): string {
    return `site ${this.#names++}`;
  }

  /** Returns one of the fitting values so far, the latest for choice 0, or a new input. */
  value(shape: () => Shape, fits: (t: Tensor) => boolean = () => true): Tensor {
    const found = this.values.filter(fits).reverse();
    const at = this.draw.below(found.length + 1);
    return found.length > 0 && at < found.length ? (found[at] as Tensor) : this.leaf(shape());
  }

  width(): number {
    return this.draw.pick(widths);
  }

  /** Returns any value. */
  any(): Tensor {
    return this.value(() =>
      this.draw.pick<Shape>([
        ['tokens', this.width()],
        [this.width()],
        [this.draw.pick([2, 3, 9]), this.width()],
        ['sequences', this.width()],
        [2, 3, this.width()],
        ['tokens', 1],
        [],
      ]),
    );
  }

  /** Returns a matrix with a fixed number of columns. */
  matrix(rows?: string): Tensor {
    return this.value(
      () => [rows ?? this.draw.pick<string | number>(['tokens', 3, 'sequences', 6]), this.width()],
      ({ shape }) =>
        shape.length === 2 && typeof shape[1] === 'number' && (rows === undefined || shape[0] === rows),
    );
  }

  /** Returns a value that broadcasts with a shape to that shape. */
  partner(shape: Shape): Tensor {
    const last = shape.slice(-1);
    const forms: Shape[] = [shape, last, [...shape.slice(0, -1), 1], []];
    const form = this.draw.pick(shape.length > 0 ? forms : [shape]);
    return this.value(
      () => form,
      (t) => String(t.shape) === String(form),
    );
  }

  /** Makes a result available if it is small enough. */
  add(tensor: Tensor): void {
    if (sizeOf(tensor.shape, largestBatch) <= mostElements && !this.values.includes(tensor))
      this.values.push(tensor);
  }
}

/** Returns the values of an input in a batch. They depend on its name. */
export function valuesOf(
  { name, shape, dtype }: { readonly name: string; readonly shape: Shape; readonly dtype: string },
  lengths: readonly number[],
  seed: number,
): HostArray {
  const dims = dimsOf(lengths);
  const size = sizeOf(shape, dims);
  const stream = new RandomStream(seed, name);
  if (dtype === 'i32') {
    if (name === 'cuSeqlens') return Int32Array.from({ length: size }, (_, s) => total(lengths.slice(0, s)));
    if (name === 'buckets') return Int32Array.of(0, 0, 1, 1, 2, 3, 3);
    if (name === 'random') return Int32Array.of(seed, -5, 17);
    // Names end in a count: `ids 11`, `labels 3`, `chosen tokens`.
    const limit = name.split(' ')[1] as string;
    const below = Number.isNaN(Number(limit)) ? dims[limit as keyof Dims] : Number(limit);
    return Int32Array.from({ length: size }, () => stream.below(below));
  }
  const spread = [1, 2, 0.3][seed % 3] as number;
  return Float32Array.from({ length: size }, () => spread * (2 * stream.uniform() - 1));
}

const total = (lengths: readonly number[]): number => lengths.reduce((a, b) => a + b, 0);
