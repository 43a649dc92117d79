import type { KernelWork } from '@scalearn/core/graph';

/** What limits the speed of a kernel. */
export interface Limits {
  /** GFLOP per second. */
  readonly f32: number;
  /** GB per second. */
  readonly bandwidth: number;
}

/** Returns the milliseconds that a kernel takes at least: for its arithmetic, or for its memory, whichever is longer. */
export function leastMilliseconds(
  { flops, bytes }: Pick<KernelWork, 'flops' | 'bytes'>,
  { f32, bandwidth }: Limits,
): number {
  return Math.max(flops / f32, bytes / bandwidth) / 1e6;
}

/** Returns the sum of {@link leastMilliseconds} of kernels that run one after another. */
export function leastOfAll(kernels: readonly KernelWork[], limits: Limits): number {
  return kernels.reduce((sum, kernel) => sum + leastMilliseconds(kernel, limits), 0);
}
