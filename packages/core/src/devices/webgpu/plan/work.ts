import type { Graph } from '../../../graph/graph.ts';
import type { DimValues } from '../../../graph/shape.ts';
import { type Blueprint, drawBlueprint } from './blueprint.ts';

/** What one kernel of a graph computes and moves. */
export interface KernelWork {
  /** Names of the operations that it computes. */
  readonly label: string;
  /** Floating-point operations: of matrix products and attention, and one for each elementwise operation. */
  readonly flops: number;
  /** Bytes read and written, if every element that is needed passes once. */
  readonly bytes: number;
}

export function workOf({ dispatches }: Blueprint, dims: DimValues): KernelWork[] {
  return dispatches.map(({ label, flops, bytes }) => ({ label, flops: flops(dims), bytes: bytes(dims) }));
}

/**
 * Counts the work of a graph on a GPU, without one. Sequences are taken to be of one length.
 *
 * @param dims values of the symbolic dimensions, such as `{ tokens: 2048, sequences: 32, boundaries: 33 }`
 */
export function countWork(graph: Graph, dims: DimValues): KernelWork[] {
  const profile = { matmul: 'workgroup', rows: 'workgroup', subgroupSize: 0 } as const;
  return workOf(drawBlueprint(graph, profile, Number.MAX_SAFE_INTEGER), dims);
}
