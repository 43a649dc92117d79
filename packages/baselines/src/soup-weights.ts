import { type Adapter, ArgumentError } from '@scalearn/core';
import { type AdapterLayer, type OptionDefinition, settleOptions } from '@scalearn/core/methods';

/**
 * Returns the similarity of the texts of two tasks: the mean cosine of all pairs of their embeddings, or 0 if it is
 * negative (docs/reference/methods.md#adaptersoup). It is computed as the dot product of the two mean embeddings, which
 * equals the mean of all dot products.
 *
 * @param a, b embeddings of the texts, all of one size
 */
export function textSimilarity(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  const [x, y] = [meanDirection(a), meanDirection(b)];
  if (x.length !== y.length)
    throw new ArgumentError(
      `embeddings of sizes ${x.length} and ${y.length} cannot be compared; use one encoder for all texts`,
    );
  return Math.max(
    0,
    x.reduce((sum, value, i) => sum + value * (y[i] as number), 0),
  );
}

/** Returns the mean of the embeddings, each normalized to unit length. */
function meanDirection(embeddings: readonly Float32Array[]): Float64Array {
  const [first] = embeddings;
  if (!first) throw new ArgumentError('there are no embeddings to compare; a task needs at least one text');
  const mean = new Float64Array(first.length);
  for (const embedding of embeddings) {
    const length = Math.sqrt(embedding.reduce((sum, value) => sum + value * value, 0));
    if (embedding.length !== first.length || !(length > 0 && Number.isFinite(length)))
      throw new ArgumentError('an embedding is of another size than the first one, or has no direction');
    for (const [i, value] of embedding.entries())
      mean[i] = (mean[i] as number) + value / length / embeddings.length;
  }
  return mean;
}

/** The option that sets the number of sources in a soup. */
export const topKOption: OptionDefinition<'whole'> & { readonly default: number } = {
  type: 'whole',
  meaning: 'number of sources in the soup',
  default: 5,
  range: { least: 1 },
};

/**
 * Returns the weights of the sources in a soup: the largest similarities divided by their sum, and 0 for the other
 * sources. Of equal similarities the first are kept.
 *
 * @param most number of sources that are kept; default 5
 * @param similarities similarity of each source's texts to the target's, 0 or above; the target's own adapter is also a
 * source
 */
export function soupWeights(similarities: readonly number[], most?: number): number[] {
  const { topK } = settleOptions({ topK: topKOption }, { topK: most });
  for (const similarity of similarities)
    if (!(similarity >= 0 && Number.isFinite(similarity)))
      throw new ArgumentError(`a similarity must be 0 or a positive number, not ${similarity}`);
  const order = [...similarities.keys()].sort(
    (a, b) => (similarities[b] as number) - (similarities[a] as number),
  );
  const kept = new Set(order.slice(0, topK));
  const total = [...kept].reduce((sum, t) => sum + (similarities[t] as number), 0);
  if (total === 0) throw new ArgumentError('no source is similar to the target: nothing goes into the soup');
  return similarities.map((similarity, t) => (kept.has(t) ? similarity / total : 0));
}

/**
 * Returns the adapter `θ = Σ_t w_t·θ_t`, in every weight and bias. Sources of weight 0 are ignored.
 *
 * @throws ArgumentError if the other sources differ in size, activation or encoder
 */
export function averageAdapters(
  name: string,
  sources: readonly Adapter[],
  weights: readonly number[],
): Adapter {
  const parts = sources.flatMap((source, t) => {
    const weight = weights[t] as number;
    return weight === 0 ? [] : [{ source, weight }];
  });
  const [first] = parts;
  if (!first) throw new ArgumentError('a soup needs at least one source of a weight above 0');
  for (const { source } of parts) checkAlike(source, first.source);
  const average = (layer: number, field: keyof AdapterLayer): Float32Array => {
    const of = (source: Adapter): Float32Array => (source.layers[layer] as AdapterLayer)[field];
    const sum = new Float64Array(of(first.source).length);
    for (const { source, weight } of parts)
      for (const [i, value] of of(source).entries()) sum[i] = (sum[i] as number) + weight * value;
    return Float32Array.from(sum);
  };
  return {
    ...first.source,
    name,
    layers: first.source.layers.map((_, layer) => ({
      down: average(layer, 'down'),
      downBias: average(layer, 'downBias'),
      up: average(layer, 'up'),
      upBias: average(layer, 'upBias'),
    })),
  };
}

function checkAlike(source: Adapter, first: Adapter): void {
  const described = ({ layers, hiddenSize, width, nonLinearity }: Adapter): string =>
    `${layers.length} layers of hidden size ${hiddenSize} and width ${width} with ${nonLinearity}`;
  if (described(source) !== described(first))
    throw new ArgumentError(
      `'${source.name}' has ${described(source)}, '${first.name}' ${described(first)}; only equal adapters can be averaged`,
    );
  if (source.encoderFingerprint !== first.encoderFingerprint)
    throw new ArgumentError(`'${source.name}' was trained on another encoder than '${first.name}'`);
}
