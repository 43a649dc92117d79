import { at } from '../../../elements.ts';
import { ScalearnError } from '../../../errors.ts';
import type { KernelProfile } from '../../../graph/kernel.ts';
import { type MatmulTile, type Product, productName, tileName } from '../../../graph/product.ts';
import type { TileChoices } from './choices.ts';
import { hashText, type StoredRecord, type StruckKernel } from './record.ts';
import { type KernelBench, productFlops, TrialProduct, type TriedKernel } from './trial.ts';

export interface TunerOptions {
  readonly choices: TileChoices;
  readonly record: StoredRecord;
  readonly profile: KernelProfile;
  /** Opens a device to try kernels on; undefined if there is none. */
  readonly open: () => Promise<KernelBench | undefined>;
  /** Milliseconds that all measurements of this tuner may take. */
  readonly milliseconds: number;
  /** Largest number of candidates to try for a product; infinite for all. */
  readonly candidates: number;
  /** Called before each product is measured; by default nothing is told. */
  readonly onProduct?: ((name: string) => void) | undefined;
}

/** Devices that the kernels of one product may lose. */
const mostLosses = 3;
/** Candidates that are measured several times, and the times. */
const [finalists, rounds] = [4, 3];
/** Part of its time that a tile has to save to replace the usual one: less may be chance. */
const leastGain = 0.03;

/** Measures which tile is fastest for each matrix product on an adapter, and keeps what it finds. */
export class Tuner {
  readonly #options: TunerOptions;
  #left: number;
  #queue: Promise<void> = Promise.resolve();

  constructor(options: TunerOptions) {
    this.#options = options;
    this.#left = options.milliseconds;
  }

  /** Chooses a tile for each product that has none: by the record, or by measurements, the most work first. */
  prepare(products: readonly Product[]): Promise<void> {
    // An error was reported to the caller whose products it concerns.
    this.#queue = this.#queue.catch(() => {}).then(() => this.#prepare(products));
    return this.#queue;
  }

  async #prepare(products: readonly Product[]): Promise<void> {
    const { choices, onProduct } = this.#options;
    const open = products.filter((product) => !choices.isSettled(product));
    open.sort((a, b) => productFlops(b) - productFlops(a));
    const unknown: { readonly trial: TrialProduct; readonly product: Product; readonly kernels: string }[] =
      [];
    for (const product of open) {
      const trial = new TrialProduct(product);
      const kernels = await this.#hash(product, trial);
      const found = this.#stored(product, kernels);
      if (found) choices.set(product, found);
      else unknown.push({ trial, product, kernels });
    }
    if (unknown.length === 0) return;
    const bench = new Bench(this.#options.open);
    try {
      for (const [i, { trial, product, kernels }] of unknown.entries()) {
        onProduct?.(productName(product));
        const start = performance.now();
        const deadline = start + this.#left / (unknown.length - i);
        await this.#measure(bench, product, trial, kernels, deadline);
        this.#left = Math.max(0, this.#left - (performance.now() - start));
      }
    } finally {
      bench.dispose();
    }
  }

  #hash(product: Product, trial: TrialProduct): Promise<string> {
    const { choices, profile } = this.#options;
    return hashText(
      choices
        .candidates(product)
        .map((tile) => trial.texts(tile, profile))
        .join('\n'),
    );
  }

  /** Returns the tile that was chosen before from the same kernels. */
  #stored(product: Product, kernels: string): MatmulTile | undefined {
    const { choices, record, candidates } = this.#options;
    const name = productName(product);
    const { products } = record.current;
    const tuned = Object.hasOwn(products, name) ? products[name] : undefined;
    if (tuned?.kernels !== kernels) return undefined;
    // A choice among a few candidates is no answer to a request for all.
    if (!tuned.isComplete && candidates === Number.POSITIVE_INFINITY) return undefined;
    return choices.candidates(product).find((tile) => tileName(tile) === tuned.tile);
  }

  async #measure(
    bench: Bench,
    product: Product,
    trial: TrialProduct,
    kernels: string,
    deadline: number,
  ): Promise<void> {
    const { choices, record, candidates } = this.#options;
    const name = productName(product);
    const isStruck = (tile: MatmulTile): boolean =>
      record.current.struck.some(
        (each) => each.product === name && each.kernels === kernels && each.tile === tileName(tile),
      );
    const all = choices.candidates(product);
    const tried: TriedKernel[] = [];
    const failed: { readonly trying: Omit<StruckKernel, 'reason'>; readonly reason: string }[] = [];
    let [losses, left, succeeded] = [0, 0, 0];
    for (const [i, tile] of all.entries()) {
      if (isStruck(tile)) continue;
      const isLate = i >= candidates || performance.now() > deadline || losses >= mostLosses;
      const device = isLate ? undefined : await bench.device();
      if (!device) {
        left++;
        continue;
      }
      const trying = { product: name, tile: tileName(tile), kernels };
      await record.begin(trying);
      try {
        const kernel = await device.try(trial, tile);
        await kernel.measure();
        tried.push(kernel);
        succeeded++;
      } catch (error) {
        if (!(error instanceof ScalearnError)) throw error;
        // What was compiled on a lost device is lost, too.
        if (bench.dropIfLost()) {
          losses++;
          tried.length = 0;
          await record.strike(trying, error.message);
        } else failed.push({ trying, reason: error.message });
      }
    }
    // If nothing works, the fault is not in the kernels: there may be too little memory at present.
    if (succeeded === 0 && failed.length > 0) return await record.end();
    for (const { trying, reason } of failed) await record.strike(trying, reason);
    const best = await this.#fastest(tried, at(all, 0), deadline);
    // Without any measurement, the usual tile is used here and from now on.
    const tile = best?.tile ?? all.find((each) => !isStruck(each)) ?? at(all, 0);
    const usual = tried.find((kernel) => kernel.tile === all[0]);
    await record.choose(name, {
      ...{ tile: tileName(tile), kernels, isComplete: left === 0 },
      milliseconds: best?.milliseconds ?? 0,
      usual: usual?.milliseconds ?? 0,
    });
    for (const kernel of tried) kernel.dispose();
    choices.set(product, tile);
  }

  /** Returns the fastest kernel; the usual one unless another is clearly faster. */
  async #fastest(
    tried: readonly TriedKernel[],
    usual: MatmulTile,
    deadline: number,
  ): Promise<TriedKernel | undefined> {
    const byTime = (kernels: readonly TriedKernel[]): TriedKernel[] =>
      [...kernels].sort((a, b) => a.milliseconds - b.milliseconds);
    const start = tried.find(({ tile }) => tile === usual);
    const final = new Set([...byTime(tried).slice(0, finalists), ...(start ? [start] : [])]);
    for (let round = 0; round < rounds; round++)
      for (const kernel of final) if (performance.now() < deadline + 200) await kernel.measure();
    const [best] = byTime([...final]);
    if (!best || !start) return best;
    return best.milliseconds < (1 - leastGain) * start.milliseconds ? best : start;
  }
}

/** Opens a device when one is needed, and another one when it was lost. */
class Bench {
  readonly #open: () => Promise<KernelBench | undefined>;
  #device: KernelBench | undefined;

  constructor(open: () => Promise<KernelBench | undefined>) {
    this.#open = open;
  }

  /** Returns the device; undefined if there is none any more. */
  async device(): Promise<KernelBench | undefined> {
    this.#device ??= await this.#open();
    return this.#device;
  }

  /** Forgets the device if it was lost. @returns whether it was */
  dropIfLost(): boolean {
    if (!this.#device?.isLost) return false;
    this.dispose();
    return true;
  }

  dispose(): void {
    this.#device?.dispose();
    this.#device = undefined;
  }
}
