import { at } from '../../../elements.ts';
import { DeviceError } from '../../../errors.ts';
import { type Alias, aliasOf, reshaped } from '../../../graph/alias.ts';
import { leafOf } from '../../../graph/leaves.ts';
import type { Expression } from '../../../graph/scalar.ts';
import type { Dim, Shape } from '../../../graph/shape.ts';
import type {
  ElementwiseForm,
  LeafAttributes,
  MaskForm,
  Node,
  Tensor,
  Value,
} from '../../../graph/tensor.ts';

/** The location of a value's elements: the array of `root`, starting at `offset` (in elements). */
export interface Place {
  readonly root: Value;
  readonly offset: number;
}

/** A value that is computed at each use instead of being stored. */
export type Inline =
  | { readonly kind: 'constant'; readonly expression: Expression }
  | { readonly kind: 'mask'; readonly node: Node; readonly form: MaskForm; readonly random: Tensor };

export const isTensor = (value: Value): value is Tensor => 'node' in value;

export function elementwiseOf(value: Value): ElementwiseForm | undefined {
  return isTensor(value) ? value.node.operation.elementwise?.(value.node.attributes) : undefined;
}

export function valueLeaf(value: Value): LeafAttributes | undefined {
  return isTensor(value) ? leafOf(value) : undefined;
}

/** Returns the name of a value for errors and labels. */
export function valueName(value: Value): string {
  if (!isTensor(value)) return value.temporary;
  const leaf = leafOf(value);
  if (leaf?.kind === 'input') return `input '${leaf.name}'`;
  if (leaf?.kind === 'variable') return `'${leaf.storage.label}'`;
  return elementwiseOf(value)?.label ?? value.node.operation.name;
}

/** Alignment of bindings in 4-byte elements: a buffer can be bound only at multiples of 256 bytes. */
const alignment = 64;

/** Returns the alias that a value is; undefined for values that have their own elements. */
function aliasedBy(value: Value): Alias | undefined {
  const alias = isTensor(value) ? aliasOf(value) : undefined;
  if (!alias || alias.offset === 0) return alias;
  // An f16 element takes half the bytes.
  const elements = isHalf(placeOf(alias.source).root) ? 2 * alignment : alignment;
  return alias.offset % elements === 0 ? alias : undefined;
}

/** Returns whether an array is a variable stored as f16. */
export function isHalf(root: Value): boolean {
  const leaf = valueLeaf(root);
  return leaf?.kind === 'variable' && leaf.storage.storage === 'f16';
}

/** Returns whether a node only renames existing elements. */
export function isAlias(tensor: Tensor): boolean {
  return aliasedBy(tensor) !== undefined;
}

/** Returns the array that holds a value, seen through reshapes, views and aligned splits. */
export function placeOf(value: Value): Place {
  let [root, offset] = [value, 0];
  for (let alias = aliasedBy(root); alias; alias = aliasedBy(root)) {
    root = alias.source;
    offset += alias.offset;
  }
  return { root, offset };
}

/** Returns how to compute a value at its use: for constants and dropout masks, reshaped or not. */
export function inlineOf(value: Value): Inline | undefined {
  if (!isTensor(value)) return undefined;
  const { node } = reshaped(value);
  const { operation, attributes, inputs } = node;
  const constant = inputs.length === 0 ? operation.elementwise?.(attributes) : undefined;
  if (constant) return { kind: 'constant', expression: constant.expression };
  const form = operation.mask?.(attributes);
  if (!form) return undefined;
  const random = at(inputs, 0);
  if (!leafOf(random)) throw new DeviceError('the random state of dropout must be an input or a variable');
  return { kind: 'mask', node, form, random };
}

export type Broadcast = 'same' | 'scalar' | 'row' | 'column' | 'general';

export function broadcastKind(operand: Shape, shape: Shape): Broadcast {
  const own = paddedShape(operand, shape.length);
  if (own.every((dim, i) => dim === shape[i])) return 'same';
  if (own.every((dim) => dim === 1)) return 'scalar';
  const last = own.length - 1;
  const lead = own.slice(0, last);
  if (own[last] === shape[last] && lead.every((dim) => dim === 1)) return 'row';
  if (own[last] === 1 && lead.every((dim, i) => dim === shape[i])) return 'column';
  return 'general';
}

/** Returns a shape padded to a rank with leading ones. */
export function paddedShape(shape: Shape, rank: number): readonly Dim[] {
  return [...Array<number>(Math.max(0, rank - shape.length)).fill(1), ...shape];
}
