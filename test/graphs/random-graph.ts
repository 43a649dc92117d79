import type { HostArray } from '@scalearn/core';
import {
  add,
  type Graph,
  gradients,
  graphInputs,
  input,
  multiply,
  type Node,
  sum,
  type Tensor,
  topologicalOrder,
} from '@scalearn/core/graph';
import { Builder, type Leaf, valuesOf } from './builder.ts';
import { generators } from './generators.ts';
import { Draw, type Tape } from './tape.ts';

export type Feeds = Record<string, HostArray>;

/** Operations in the order of their numbers in tapes. Simple ones come first, so that shrinking leads to them. */
export const operationNames: readonly (keyof typeof generators)[] = Object.keys(
  generators,
) as (keyof typeof generators)[];

export interface RandomGraph {
  readonly graph: Graph;
  readonly order: readonly Node[];
  /** The inputs with respect to which the loss is differentiated. */
  readonly leaves: readonly Leaf[];
  /** The operations, by their names in {@link generators}. */
  readonly operations: readonly (keyof typeof generators)[];
  readonly isRough: boolean;
  feeds(lengths: readonly number[]): Feeds;
}

/**
 * Returns a graph. Its outputs are the unused results, its loss is their weighted sum, and its gradients are those of
 * the loss with respect to all inputs it depends on.
 */
export function randomGraph({ steps, values }: Tape): RandomGraph {
  const builder = new Builder();
  const operations = steps.map(
    ({ operation }) => operationNames[operation % operationNames.length] as keyof typeof generators,
  );
  const results: Tensor[] = [];
  for (const [i, name] of operations.entries()) {
    builder.draw = new Draw((steps[i] as (typeof steps)[number]).choices);
    for (const tensor of [generators[name](builder)].flat()) {
      builder.add(tensor);
      results.push(tensor);
    }
  }
  return finish(builder, results.length > 0 ? results : builder.values, operations, values);
}

/** Returns a graph of the built values: its outputs, loss and gradients. */
export function finish(
  { leaves, ends, isRough }: Builder,
  results: readonly Tensor[],
  operations: RandomGraph['operations'],
  seed: number,
): RandomGraph {
  const read = new Set(
    topologicalOrder({ outputs: Object.fromEntries(results.entries()) }).flatMap((node) => node.inputs),
  );
  const unread = [...new Set(results)].filter((tensor) => !read.has(tensor));
  const outputs: Record<string, Tensor> = Object.fromEntries(
    [...unread, ...ends].map((tensor, i) => [`y${i}`, tensor]),
  );
  const weighed = unread.map((tensor, i) => sum(multiply(tensor, input(`w${i}`, tensor.shape))));
  const loss = add(...weighed);
  const reached = new Set(topologicalOrder({ outputs: { loss } }).flatMap((node) => node.inputs));
  const wanted = leaves.filter(({ tensor }) => reached.has(tensor));
  const slopes = gradients(
    loss,
    wanted.map(({ tensor }) => tensor),
  );
  for (const [i, { name }] of wanted.entries()) outputs[`d ${name}`] = slopes[i] as Tensor;
  const graph: Graph = { outputs: { loss, ...outputs } };
  const order = topologicalOrder(graph);
  const fed = [...graphInputs(order)];
  return {
    graph,
    order,
    leaves: wanted,
    operations,
    isRough,
    feeds: (lengths) =>
      Object.fromEntries(
        fed.map(([name, { shape, dtype }]) => [name, valuesOf({ name, shape, dtype }, lengths, seed)]),
      ),
  };
}
