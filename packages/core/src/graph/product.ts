import type { Dim } from './shape.ts';

/**
 * How the elements of a matrix product are divided among invocations. A workgroup computes a tile of the result. All
 * tiles compute the same sums, in the order of k; slices of k are added at the end.
 */
export type MatmulTile = SubgroupTile | RegisterTile | WorkgroupTile;

interface Sliced {
  /** Slices of the sum over k, each computed by its own workgroups; by default the sizes of the product decide. */
  readonly slices?: number;
}

/** A subgroup computes a tile: its invocations broadcast parts of a to each other. */
export interface SubgroupTile extends Sliced {
  /** Who computes a tile. */
  readonly unit: 'subgroup';
}

/** An invocation computes `own` × `own` elements alone, and reads both operands from memory. A workgroup has 8 × 8. */
export interface RegisterTile extends Sliced {
  /** Who computes a tile. */
  readonly unit: 'register';
  /** Rows and columns of the result for each invocation. */
  readonly own: 4 | 8;
}

/** A workgroup keeps the parts of both operands that it needs in its own memory. */
export interface WorkgroupTile extends Sliced {
  /** Who computes a tile. */
  readonly unit: 'workgroup';
  /** Invocations along the columns of the result. */
  readonly across: number;
  /** Invocations along the rows of the result. */
  readonly down: number;
  /** Rows of the result for each invocation. */
  readonly rows: 4 | 8;
  /** Columns of the result for each invocation. */
  readonly columns: 4 | 8;
  /** Steps of k in workgroup memory at a time. */
  readonly depth: 8 | 16 | 32;
  /** Parts in memory at the same time. With two, the next one is loaded while one is multiplied. */
  readonly buffers: 1 | 2;
}

/** What decides which tile is fastest for a matrix product `[m, k] · [k, n]`, or several side by side. */
export interface Product {
  /** Rows of the result. */
  readonly m: Dim;
  /** Columns of the result. */
  readonly n: Dim;
  /** Terms of each sum. */
  readonly k: Dim;
  /** Whether a is stored `[k, m]`. */
  readonly transposeA: boolean;
  /** Whether b is stored `[n, k]`. */
  readonly transposeB: boolean;
  /** Number of products, whose operands and results lie side by side in the columns. */
  readonly heads: number;
  /** Whether a tile in workgroup memory holds a as f16. Sums are always f32. */
  readonly halfA: boolean;
  /** The same of b. */
  readonly halfB: boolean;
}

/** Returns a name that tells shape classes apart, such as `tokens×768 · (3072×768)ᵀ`. */
export function productName({ m, n, k, heads, ...form }: Product): string {
  const left = form.transposeA ? `(${k}×${m})ᵀ` : `${m}×${k}`;
  const right = form.transposeB ? `(${n}×${k})ᵀ` : `${k}×${n}`;
  const half = (isHalf: boolean): string => (isHalf ? ' f16' : '');
  return `${left}${half(form.halfA)} · ${right}${half(form.halfB)}${heads === 1 ? '' : `, ${heads} heads`}`;
}

/** Returns the name of a tile, such as `workgroup 16×16 of 4×4, depth 16`. Different tiles have different names. */
export function tileName(tile: MatmulTile): string {
  const slices = tile.slices === undefined ? '' : `, ${tile.slices} slices`;
  switch (tile.unit) {
    case 'subgroup':
      return `subgroup${slices}`;
    case 'register':
      return `register ${tile.own}×${tile.own}${slices}`;
    case 'workgroup': {
      const { across, down, rows, columns, depth, buffers } = tile;
      const doubled = buffers === 2 ? ', doubled' : '';
      return `workgroup ${down}×${across} of ${rows}×${columns}, depth ${depth}${doubled}${slices}`;
    }
  }
}
