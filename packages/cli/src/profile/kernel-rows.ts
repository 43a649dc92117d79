import type { Peaks } from '@scalearn/core/graph';
import type { Profile, ProfiledKernel } from './measure-step.ts';
import { leastMilliseconds } from './roofline.ts';

/** Dispatches of the same operations, together. */
export interface KernelRow {
  readonly label: string;
  readonly count: number;
  readonly milliseconds: number;
  readonly flops: number;
  readonly bytes: number;
  /** Milliseconds that they take at least by the peaks of the adapter. */
  readonly least: number;
}

/** Returns the row of one dispatch. */
export function rowOf({ label, milliseconds, flops, bytes }: ProfiledKernel, peaks: Peaks): KernelRow {
  const least = leastMilliseconds({ flops, bytes }, peaks);
  return { label, count: 1, milliseconds, flops, bytes, least };
}

/** Returns the rows of a profile, the most time first. */
export function kernelRows({ kernels, peaks }: Profile): KernelRow[] {
  const groups = new Map<string, KernelRow[]>();
  for (const kernel of kernels)
    groups.set(kernel.label, [...(groups.get(kernel.label) ?? []), rowOf(kernel, peaks)]);
  return [...groups]
    .map(([label, rows]) => sumOf(label, rows))
    .sort((a, b) => b.milliseconds - a.milliseconds);
}

/** Adds up rows. */
export function sumOf(label: string, rows: readonly KernelRow[]): KernelRow {
  const sum = (key: Exclude<keyof KernelRow, 'label'>): number =>
    rows.reduce((total, row) => total + row[key], 0);
  return {
    ...{ label, count: sum('count'), milliseconds: sum('milliseconds'), flops: sum('flops') },
    ...{ bytes: sum('bytes'), least: sum('least') },
  };
}
