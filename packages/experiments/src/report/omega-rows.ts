import type { NamedTensor } from '@scalearn/core';

/**
 * Returns the values of ω by layer and source. A layer whose linear layers have an ω each, as on LoRA sources, has the
 * values of all of them. A source that does not adapt a layer has the value 0 there.
 *
 * @param tensors ω by its keys, `[T, width]` each
 * @param sources names of the sources, in order
 * @returns a row for each layer, or one if all layers share ω
 */
export function omegaRows(
  tensors: ReadonlyMap<string, NamedTensor>,
  sources: readonly string[],
): readonly (readonly Float32Array[])[] {
  const rows = new Map<string, Float32Array[][]>();
  for (const [
    key,
    {
      shape: [T = 0, width = 1],
      data,
    },
  ] of tensors) {
    const layer = /\.(\d+)\..*\.scalearn_/.exec(key)?.[1] ?? '';
    const row = rows.get(layer) ?? sources.map((): Float32Array[] => []);
    rows.set(layer, row);
    const own = T === sources.length ? sources : adapting(key, sources);
    for (const [i, name] of own.entries())
      row[sources.indexOf(name)]?.push(data.subarray(i * width, (i + 1) * width));
  }
  return [...rows.values()].map((row) =>
    row.map((parts) =>
      parts.length === 0 ? Float32Array.of(0) : Float32Array.from(parts.flatMap((each) => [...each])),
    ),
  );
}

/** Returns the sources in a key that ends with `.{names}.omega`, of those that adapt the linear layer. */
function adapting(key: string, sources: readonly string[]): readonly string[] {
  const [first = '', ...others] = key.slice(0, -'.omega'.length).split(',');
  const last = sources.find((name) => first.endsWith(`.${name}`));
  return last === undefined ? others : [last, ...others];
}
