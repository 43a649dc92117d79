import { type Graph, topologicalOrder } from './graph.ts';
import { leafOf } from './leaves.ts';
import { type DimValues, sizeOf } from './shape.ts';
import type { Tensor } from './tensor.ts';

/**
 * Returns the peak number of bytes of live intermediate values. Each operation runs as late as possible, and a value is
 * freed after its last use. This is an upper estimate, because devices fuse operations and reuse buffers.
 *
 * @param dims sizes of the batch
 */
export function peakMemory(graph: Graph, dims: DimValues): number {
  const order = topologicalOrder(graph);
  const kept = new Set<Tensor>([
    ...Object.values(graph.outputs),
    ...(graph.updates ?? []).map(({ value }) => value),
  ]);
  const lastUse = new Map<Tensor, number>();
  for (const [i, { inputs }] of order.entries()) for (const tensor of inputs) lastUse.set(tensor, i);
  const freed = new Map<number, Tensor[]>();
  for (const [tensor, i] of lastUse) {
    if (kept.has(tensor) || leafOf(tensor)) continue;
    freed.set(i, [...(freed.get(i) ?? []), tensor]);
  }
  let [live, peak] = [0, 0];
  const bytes = ({ shape }: Tensor): number => 4 * sizeOf(shape, dims);
  for (const [i, { outputs }] of order.entries()) {
    for (const tensor of outputs) if (!leafOf(tensor)) live += bytes(tensor);
    peak = Math.max(peak, live);
    for (const tensor of freed.get(i) ?? []) live -= bytes(tensor);
  }
  return peak;
}
