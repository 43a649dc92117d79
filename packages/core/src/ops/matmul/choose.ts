import type { KernelProfile } from '../../graph/kernel.ts';
import type { MatmulTile, Product, WorkgroupTile } from '../../graph/product.ts';
import { workgroupBytes } from './workgroup.ts';

const square = (across: number): WorkgroupTile => ({
  ...{ unit: 'workgroup', across, down: across, rows: 4, columns: 4, depth: 16, buffers: 1 },
});

/** Returns the tile of a product in a kernel variant, where nothing was measured. */
export function usualTile({ m, n }: Product, variant: KernelProfile['matmul']): MatmulTile {
  switch (variant) {
    case 'subgroup':
      return { unit: 'subgroup' };
    case 'register':
      return { unit: 'register', own: 8 };
    case 'workgroup': {
      // A few dozen groups are needed to use a whole GPU.
      const few = typeof m === 'number' && typeof n === 'number' && m * n < 64 * 64 * 64;
      return square(few || m === 'sequences' ? 8 : 16);
    }
  }
}

/** What an adapter allows a workgroup. */
export interface WorkgroupLimits {
  /** Largest number of invocations. */
  readonly invocations: number;
  /** Bytes of workgroup memory. */
  readonly bytes: number;
  /** Whether kernels can take turns in subgroups of a known size. */
  readonly hasSubgroups: boolean;
}

/** Invocations along the columns and the rows, and the elements of each, of the tiles to try; the likely ones first. */
const shapes = [
  [8, 8, 4, 4],
  [16, 16, 4, 4],
  [8, 8, 8, 8],
  [16, 8, 8, 4],
  [16, 16, 8, 4],
  [16, 16, 8, 8],
  [8, 16, 4, 8],
] as const;
const depths = [16, 8, 32] as const;

/** Results of fewer elements than this are also tried in slices of k. */
const sliceable = 1024 * 1024;

/**
 * Returns the tiles for a product that an adapter can run, the likely ones first. Which one is fastest, only a
 * measurement tells.
 */
export function tileCandidates(product: Product, limits: WorkgroupLimits): MatmulTile[] {
  const tiles: MatmulTile[] = [];
  for (const buffers of [1, 2] as const)
    for (const depth of depths)
      for (const [across, down, rows, columns] of shapes) {
        const tile = { unit: 'workgroup', across, down, rows, columns, depth, buffers } as const;
        if (across * down <= limits.invocations && workgroupBytes(product, tile) <= limits.bytes)
          tiles.push(tile);
      }
  // These two keep no tile in workgroup memory.
  const rest: MatmulTile[] = [
    { unit: 'register', own: 4 },
    { unit: 'register', own: 8 },
    ...(limits.hasSubgroups ? [{ unit: 'subgroup' } as const] : []),
  ];
  // Only the first depth of the first shapes: every further candidate takes time of the others.
  const [first, second] = tiles;
  const sliced = isSliceable(product)
    ? [first, second].flatMap((tile) => (tile ? [4, 16].map((slices) => ({ ...tile, slices })) : []))
    : [];
  return [...tiles.slice(0, shapes.length), ...sliced, ...rest, ...tiles.slice(shapes.length)];
}

/** Returns whether a product can be computed in slices of k: its result has a fixed size, which is not large. */
function isSliceable({ m, n, heads }: Product): boolean {
  return heads === 1 && typeof m === 'number' && typeof n === 'number' && m * n <= sliceable;
}
