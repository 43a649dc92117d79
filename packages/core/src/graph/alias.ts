import type { Tensor } from './tensor.ts';

/** Where a tensor's elements lie in another's. */
export interface Alias {
  readonly source: Tensor;
  /** Of its first element. */
  readonly offset: number;
  /** Whether it is all of the other, under another shape. */
  readonly isWhole: boolean;
}

/** The tensor that one is a part of, or another shape of, by what its operation says; undefined for others. */
export function aliasOf({ node, index }: Tensor): Alias | undefined {
  const [source] = node.inputs;
  const place = node.operation.alias?.(node, index);
  if (!source || place === undefined) return undefined;
  return place === 'whole' ? { source, offset: 0, isWhole: true } : { source, offset: place, isWhole: false };
}

/** What a tensor is a reshape of, or a reshape of a reshape; itself if it is none. */
export function reshaped(tensor: Tensor): Tensor {
  let source = tensor;
  for (let alias = aliasOf(source); alias?.isWhole; alias = aliasOf(source)) source = alias.source;
  return source;
}
