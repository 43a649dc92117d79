import type { Tensor } from './tensor.ts';

/** The position of a tensor's elements in another tensor. */
export interface Alias {
  /** The tensor that holds the elements. */
  readonly source: Tensor;
  /** Position of its first element in the other tensor, in elements. */
  readonly offset: number;
  /** Whether it has all elements of the other tensor, in another shape. */
  readonly isWhole: boolean;
}

/** Returns the tensor that one is a part or a reshape of, according to its operation; undefined for others. */
export function aliasOf({ node, index }: Tensor): Alias | undefined {
  const [source] = node.inputs;
  const place = node.operation.alias?.(node, index);
  if (!source || place === undefined) return undefined;
  return place === 'whole' ? { source, offset: 0, isWhole: true } : { source, offset: place, isWhole: false };
}

/** Follows reshapes back to the tensor that is reshaped. Returns other tensors unchanged. */
export function reshaped(tensor: Tensor): Tensor {
  let source = tensor;
  for (let alias = aliasOf(source); alias?.isWhole; alias = aliasOf(source)) source = alias.source;
  return source;
}
