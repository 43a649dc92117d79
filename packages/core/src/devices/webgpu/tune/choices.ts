import { DeviceError } from '../../../errors.ts';
import type { KernelProfile } from '../../../graph/kernel.ts';
import { type MatmulTile, type Product, productName, tileName } from '../../../graph/product.ts';
import { tileCandidates, usualTile, type WorkgroupLimits } from '../../../ops/matmul/choose.ts';

/** The tiles of matrix products on a device, by the names of the products. */
export type KernelRecord = Readonly<Record<string, string>>;

/** Which tile each matrix product has on a device: the one of a record, else a measured one, else the usual one. */
export class TileChoices {
  readonly #variant: KernelProfile['matmul'];
  readonly #limits: WorkgroupLimits;
  readonly #measured = new Map<string, MatmulTile>();
  readonly #used = new Map<string, string>();
  #record: KernelRecord | undefined;

  constructor(variant: KernelProfile['matmul'], limits: WorkgroupLimits) {
    this.#variant = variant;
    this.#limits = limits;
  }

  /** Tiles that a product can have, the usual one first, then the likely ones. */
  candidates(product: Product): readonly MatmulTile[] {
    const usual = usualTile(product, this.#variant);
    const others = tileCandidates(product, this.#limits).filter((tile) => tileName(tile) !== tileName(usual));
    return [usual, ...others];
  }

  /** Returns the tile of a product, and counts it as used. */
  tileOf(product: Product): MatmulTile | undefined {
    const name = productName(product);
    const tile = this.#record ? this.#recorded(product, this.#record) : this.#measured.get(name);
    if (tile) this.#used.set(name, tileName(tile));
    return tile;
  }

  #recorded(product: Product, record: KernelRecord): MatmulTile | undefined {
    const name = productName(product);
    const wanted = Object.hasOwn(record, name) ? record[name] : undefined;
    if (wanted === undefined) return undefined;
    const tile = this.candidates(product).find((each) => tileName(each) === wanted);
    if (tile) return tile;
    throw new DeviceError(
      `the run was begun with the kernel '${wanted}' for ${name}, which this adapter cannot run: continue on the adapter where it was begun, or start again with overwrite`,
    );
  }

  /** Whether a product needs no measurement: it has one, or a record decides. */
  isSettled(product: Product): boolean {
    return this.#record !== undefined || this.#measured.has(productName(product));
  }

  set(product: Product, tile: MatmulTile): void {
    this.#measured.set(productName(product), tile);
  }

  /** The tiles in use that are not just the usual ones of the adapter. */
  get used(): KernelRecord {
    return Object.fromEntries([...this.#used].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Uses the tiles of a record, and the usual ones of products that it lacks. Nothing is measured from now on. */
  adopt(record: KernelRecord): void {
    this.#record = record;
    this.#used.clear();
  }
}
