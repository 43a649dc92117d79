import { at } from '../../../elements.ts';
import { DeviceError, DeviceLostError } from '../../../errors.ts';
import { fed } from '../../../graph/feeds.ts';
import type { Graph } from '../../../graph/graph.ts';
import type { KernelProfile } from '../../../graph/kernel.ts';
import { input } from '../../../graph/leaves.ts';
import { type MatmulTile, type Product, productName } from '../../../graph/product.ts';
import type { Dim } from '../../../graph/shape.ts';
import type { HostArray } from '../../../graph/storage.ts';
import { headMatmul } from '../../../ops/head-matmul.ts';
import { matmul } from '../../../ops/matmul.ts';
import { GpuContext } from '../context.ts';
import { drawBlueprint } from '../plan/blueprint.ts';
import { WebGPUProgram } from '../program.ts';
import type { Waiter } from '../waiting.ts';

/** Sizes to measure with, for dimensions that differ between batches: of usual batches, and multiples of no tile. */
const usualSizes: Readonly<Record<string, number>> = { tokens: 1021, sequences: 31, boundaries: 33 };
const sizeOfDim = (dim: Dim): number => (typeof dim === 'number' ? dim : (usualSizes[dim] ?? 61));

/** Returns the matrix products of a graph, each shape once. */
export function findProducts(graph: Graph, profile: KernelProfile, limit: number): Product[] {
  const products = new Map<string, Product>();
  const tileOf = (product: Product): undefined => void products.set(productName(product), product);
  drawBlueprint(graph, { ...profile, tileOf }, limit);
  return [...products.values()];
}

/** Returns the floating-point operations of a product of the sizes to measure with. */
export function productFlops({ m, n, k, heads }: Product): number {
  return 2 * heads * [m, n, k].reduce<number>((all, dim) => all * sizeOfDim(dim), 1);
}

/** Largest difference from exact sums, relative to the largest magnitude. Halves have 11 bits. */
const tolerances = { f32: 2e-5, f16: 2e-3 };

/** A matrix product with values, alone in a graph. */
export class TrialProduct {
  readonly graph: Graph;
  readonly #product: Product;
  #feeds: Readonly<Record<string, Float32Array>> | undefined;
  readonly #sizes: { readonly m: number; readonly n: number; readonly k: number };
  readonly #tolerance: number;
  /** The first result that agrees with exact sums where they are computed. */
  #accepted: HostArray | undefined;

  constructor(product: Product) {
    this.#product = product;
    const { transposeA, transposeB, heads } = product;
    const [m, n, k] = [sizeOfDim(product.m), sizeOfDim(product.n), sizeOfDim(product.k)];
    this.#sizes = { m, n, k };
    this.#tolerance = tolerances[product.halfA || product.halfB ? 'f16' : 'f32'];
    const a = input('a', transposeA ? [k, heads * m] : [m, heads * k]);
    const b = input('b', transposeB ? [n, heads * k] : [k, heads * n]);
    const form = { transposeA, transposeB, halves: [product.halfA, product.halfB] } as const;
    this.graph = { outputs: { y: heads === 1 ? matmul(a, b, form) : headMatmul(a, b, heads, form) } };
  }

  get feeds(): Readonly<Record<string, Float32Array>> {
    const { m, n, k } = this.#sizes;
    const { heads } = this.#product;
    this.#feeds ??= { a: values(heads * m * k, 1), b: values(heads * n * k, 2) };
    return this.#feeds;
  }

  /** Returns the texts of the kernels in a tile. */
  texts(tile: MatmulTile, profile: KernelProfile): string {
    const { dispatches } = drawBlueprint(this.graph, { ...profile, tileOf: () => tile }, Number.MAX_VALUE);
    return dispatches.map(({ code }) => code).join('\n');
  }

  /** @throws DeviceError if a result is wrong: in some elements by exact sums, in all by the first result accepted */
  check(y: HostArray): void {
    let [difference, scale] = [0, 1e-30];
    const { m, n } = this.#sizes;
    const width = this.#product.heads * n;
    for (const row of places(m))
      for (const column of places(width)) {
        const exact = this.#exact(row, column);
        scale = Math.max(scale, Math.abs(exact));
        difference = Math.max(difference, Math.abs(at(y, row * width + column) - exact));
      }
    const accepted = this.#accepted;
    if (accepted)
      for (const [i, value] of accepted.entries())
        difference = Math.max(difference, Math.abs((y[i] ?? Number.NaN) - value));
    if (!(difference <= this.#tolerance * scale))
      throw new DeviceError(`its result is off by ${(difference / scale).toExponential(1)}`);
    this.#accepted ??= y;
  }

  /** Returns an element of the result as a sum in double precision. */
  #exact(row: number, column: number): number {
    const { transposeA, transposeB, heads } = this.#product;
    const { m, n, k } = this.#sizes;
    const [a, b] = [fed(this.feeds, 'a'), fed(this.feeds, 'b')];
    const [head, own] = [Math.floor(column / n), column % n];
    let sum = 0;
    for (let p = 0; p < k; p++) {
      const left = transposeA ? p * heads * m + head * m + row : row * heads * k + head * k + p;
      const right = transposeB ? own * heads * k + head * k + p : p * heads * n + head * n + own;
      sum += at(a, left) * at(b, right);
    }
    return sum;
  }
}

/** Returns some indices below a size: the first, the last, and a few between. */
function places(size: number): number[] {
  return [...new Set([0, 1, 2, 3, 4, 5, 6].map((i) => Math.floor((i * (size - 1)) / 6)))];
}

/** Returns numbers between -0.5 and 0.5, always the same. */
function values(size: number, seed: number): Float32Array {
  return Float32Array.from(
    { length: size },
    (_, i) => (Math.imul(i + seed * 7919, 0x9e3779b1) >>> 8) / 2 ** 24 - 0.5,
  );
}

/** Where kernels are tried. */
export interface KernelBench {
  /** Compiles a product in a tile and checks its result. @throws DeviceError, DeviceLostError */
  try(trial: TrialProduct, tile: MatmulTile): Promise<TriedKernel>;
  /** Whether what was tried made it unusable. */
  readonly isLost: boolean;
  dispose(): void;
}

/** A kernel that computes right results, and the times that it took. */
export interface TriedKernel {
  readonly tile: MatmulTile;
  /** The median of the times measured; infinite before the first one. */
  readonly milliseconds: number;
  /** Measures the product, once at first, then as often in a row as takes a few milliseconds. */
  measure(): Promise<void>;
  dispose(): void;
}

/** A GPU device that is used only to try kernels. A kernel that loses it loses nothing else. */
export class TrialDevice implements KernelBench {
  readonly #context: GpuContext;
  #tile: MatmulTile | undefined;

  constructor(gpu: GPUDevice, profile: KernelProfile, waiter: Waiter) {
    this.#context = new GpuContext(gpu, { ...profile, tileOf: () => this.#tile }, waiter);
  }

  async try(trial: TrialProduct, tile: MatmulTile): Promise<TriedKernel> {
    this.#tile = tile;
    const program = await WebGPUProgram.compile(this.#context, trial.graph, {}, () => {});
    try {
      trial.check(fed(await program.run(trial.feeds), 'y'));
      return new TimedKernel(tile, program, trial.feeds);
    } catch (error) {
      program.dispose();
      throw error;
    }
  }

  get isLost(): boolean {
    try {
      this.#context.check();
      return false;
    } catch (error) {
      return error instanceof DeviceLostError;
    }
  }

  dispose(): void {
    this.#context.dispose();
    this.#context.gpu.destroy();
  }
}

class TimedKernel implements TriedKernel {
  readonly tile: MatmulTile;
  readonly #program: WebGPUProgram;
  readonly #feeds: Readonly<Record<string, Float32Array>>;
  readonly #times: number[] = [];

  constructor(tile: MatmulTile, program: WebGPUProgram, feeds: Readonly<Record<string, Float32Array>>) {
    this.tile = tile;
    this.#program = program;
    this.#feeds = feeds;
  }

  async measure(): Promise<void> {
    const known = this.#times.length > 0 ? this.milliseconds : undefined;
    const repeats = known === undefined ? 1 : Math.min(64, Math.max(1, Math.ceil(3 / Math.max(known, 1e-3))));
    const times = await this.#program.time(this.#feeds, repeats);
    this.#times.push(times.reduce((x, y) => x + y, 0));
  }

  get milliseconds(): number {
    const sorted = [...this.#times].sort((x, y) => x - y);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.POSITIVE_INFINITY;
  }

  dispose(): void {
    this.#program.dispose();
  }
}
