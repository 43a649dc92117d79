import { at } from '../../../elements.ts';
import { DeviceError, ShapeError } from '../../../errors.ts';
import { type FeedPlan, planFeeds } from '../../../graph/feeds.ts';
import { type Graph, topologicalOrder } from '../../../graph/graph.ts';
import type { KernelProfile } from '../../../graph/kernel.ts';
import { leafOf } from '../../../graph/leaves.ts';
import { type DimValues, showShape, sizeOf } from '../../../graph/shape.ts';
import type { LeafAttributes, Tensor, Value } from '../../../graph/tensor.ts';
import { type Dispatch, render } from '../text/render.ts';
import { findGathers, type Gather } from './host-work.ts';
import type { Lifetime } from './memory.ts';
import { schedule } from './schedule.ts';
import { isHalf, type Place, placeOf, valueLeaf, valueName } from './values.ts';

/** A new value that is copied to its variable at the end of a run. */
export interface UpdateCopy {
  readonly from: Place;
  readonly variable: Tensor;
}

/** The part of a program that does not depend on the batch: dispatches, their order, and their arrays. */
export interface Blueprint {
  readonly dispatches: readonly Dispatch[];
  readonly feeds: FeedPlan;
  readonly outputs: readonly { readonly name: string; readonly tensor: Tensor; readonly place: Place }[];
  readonly copies: readonly UpdateCopy[];
  readonly gathers: readonly Gather[];
  readonly variables: readonly (LeafAttributes & { readonly kind: 'variable' })[];
  /** Arrays whose contents are needed after the last dispatch. */
  readonly kept: ReadonlySet<Value>;
}

/** Plans the dispatches of a graph. @throws DeviceError if a kernel is missing or the adapter cannot bind a tensor */
export function drawBlueprint(graph: Graph, profile: KernelProfile, limit: number): Blueprint {
  const order = topologicalOrder(graph);
  const gathers = findGathers(order, limit);
  const plan = schedule(graph, order, profile, new Set(gathers.map(({ node }) => node)));
  const outputs = Object.entries(graph.outputs).map(([name, tensor]) => ({
    name,
    tensor,
    place: placeOf(tensor),
  }));
  const copies = (graph.updates ?? [])
    .map(({ variable, value }) => ({ from: placeOf(value), variable }))
    .filter(({ from, variable }) => from.root !== variable && plan.inPlace.get(from.root) !== variable);
  for (const { variable } of graph.updates ?? [])
    if (isHalf(variable))
      throw new DeviceError(`${valueName(variable)} is kept as f16: it cannot be updated`);
  const kept = new Set([...outputs.map(({ place }) => place.root), ...copies.map(({ from }) => from.root)]);
  const leaves = order.map((node) => leafOf(at(node.outputs, 0)));
  return {
    dispatches: plan.groups.map((group) => render(group, plan)),
    feeds: planFeeds(order),
    outputs,
    copies,
    gathers,
    variables: leaves.filter((leaf) => leaf?.kind === 'variable'),
    kept,
  };
}

/** Returns the dispatches during which each intermediate array is in use. */
export function lifetimes(blueprint: Blueprint, dims: DimValues, limit: number): Lifetime[] {
  const spans = new Map<Value, { first: number; last: number }>();
  const external = new Set<Value>(blueprint.gathers.map(({ node }) => at(node.outputs, 0)));
  for (const [i, dispatch] of blueprint.dispatches.entries())
    for (const { root } of dispatch.bindings) {
      if (valueLeaf(root) || external.has(root)) continue;
      const span = spans.get(root) ?? { first: i, last: i };
      span.last = blueprint.kept.has(root) ? Number.POSITIVE_INFINITY : i;
      spans.set(root, span);
    }
  return [...spans].map(([value, span]) => ({ value, ...span, bytes: arrayBytes(value, dims, limit) }));
}

/** Returns the size of an array in bytes. @throws DeviceError if the array cannot be bound */
export function arrayBytes(value: Value, dims: DimValues, limit: number): number {
  const size = sizeOf(value.shape, dims);
  if (!Number.isInteger(size) || size < 0)
    throw new ShapeError(`${valueName(value)} ${showShape(value.shape)} has no size in this batch`);
  const bytes = size * 4;
  if (bytes > limit)
    throw new DeviceError(
      `the result of ${valueName(value)} ${showShape(value.shape)} has ${bytes} bytes, but this adapter binds no more ` +
        `than ${limit}: use smaller batches`,
    );
  return bytes;
}
