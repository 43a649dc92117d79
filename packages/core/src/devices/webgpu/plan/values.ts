import { DeviceError } from '../../../errors.ts';
import type { Expression } from '../../../graph/expression.ts';
import type { Value } from '../../../graph/kernel.ts';
import { leafOf } from '../../../graph/leaves.ts';
import type { Dim, Shape } from '../../../graph/shape.ts';
import type { LeafAttributes, Node, Tensor } from '../../../graph/tensor.ts';
import { type SplitAttributes, splitOperation } from '../../../ops/concat.ts';
import { type DropoutMaskAttributes, dropoutMaskOperation } from '../../../ops/dropout.ts';
import { type ElementwiseAttributes, elementwiseOperation } from '../../../ops/elementwise.ts';
import { packAlignment, type ViewAttributes, viewOperation } from '../../../ops/pack.ts';
import { reshapeOperation } from '../../../ops/reshape.ts';

/** Where a value's elements are: in the array of `root`, from `offset` on (in elements). */
export interface Place {
  readonly root: Value;
  readonly offset: number;
}

/** A value that is computed wherever it is used. */
export type Inline =
  | { readonly kind: 'constant'; readonly expression: Expression }
  | {
      readonly kind: 'mask';
      readonly node: Node;
      readonly attributes: DropoutMaskAttributes;
      readonly random: Tensor;
    };

const is = (node: Node, operation: unknown): boolean => (node.operation as unknown) === operation;

const isTensor = (value: Value): value is Tensor => 'node' in value;

export function elementwiseOf(value: Value): ElementwiseAttributes | undefined {
  return isTensor(value) && is(value.node, elementwiseOperation)
    ? (value.node.attributes as ElementwiseAttributes)
    : undefined;
}

export function valueLeaf(value: Value): LeafAttributes | undefined {
  return isTensor(value) ? leafOf(value) : undefined;
}

/** For errors and labels. */
export function valueName(value: Value): string {
  if (!isTensor(value)) return value.temporary;
  const leaf = leafOf(value);
  if (leaf?.kind === 'input') return `input '${leaf.name}'`;
  if (leaf?.kind === 'variable') return `'${leaf.storage.label}'`;
  return elementwiseOf(value)?.label ?? value.node.operation.name;
}

/** Where an alias lies in its input, in elements; undefined for values with elements of their own. */
function aliasOffset(tensor: Tensor): number | undefined {
  const { node } = tensor;
  if (is(node, reshapeOperation)) return 0;
  if (is(node, viewOperation)) return (node.attributes as ViewAttributes).offset;
  if (!is(node, splitOperation)) return undefined;
  const { axis, sizes } = node.attributes as SplitAttributes;
  const shape = (node.inputs[0] as Tensor).shape;
  if (shape.slice(0, axis).some((dim) => dim !== 1)) return undefined;
  const rows = sizes.slice(0, tensor.index).reduce((a, b) => a + b, 0);
  if (rows === 0) return 0;
  let inner = 1;
  for (const dim of shape.slice(axis + 1)) {
    if (typeof dim !== 'number') return undefined;
    inner *= dim;
  }
  // A buffer can be bound from multiples of 256 bytes only, which hold twice as many halves.
  const alignment = isHalf(placeOf(node.inputs[0] as Tensor).root) ? 2 * packAlignment : packAlignment;
  return (rows * inner) % alignment === 0 ? rows * inner : undefined;
}

/** Whether an array is a variable kept as f16. */
export function isHalf(root: Value): boolean {
  const leaf = valueLeaf(root);
  return leaf?.kind === 'variable' && 'storage' in leaf.storage && leaf.storage.storage === 'f16';
}

/** Whether a node only gives other names to elements that are there. */
export function isAlias(tensor: Tensor): boolean {
  return aliasOffset(tensor) !== undefined;
}

/** The array that holds a value, through reshapes, views and aligned splits. */
export function placeOf(value: Value): Place {
  let current = value;
  let offset = 0;
  while (isTensor(current)) {
    const step = aliasOffset(current);
    if (step === undefined) break;
    offset += step;
    current = current.node.inputs[0] as Tensor;
  }
  return { root: current, offset };
}

/** How a value is computed in place of its use: constants and dropout masks, reshaped or not. */
export function inlineOf(value: Value): Inline | undefined {
  let current = value;
  while (isTensor(current) && is(current.node, reshapeOperation)) current = current.node.inputs[0] as Tensor;
  if (!isTensor(current)) return undefined;
  const { node } = current;
  if (is(node, elementwiseOperation) && node.inputs.length === 0)
    return { kind: 'constant', expression: (node.attributes as ElementwiseAttributes).expression };
  if (!is(node, dropoutMaskOperation)) return undefined;
  const random = node.inputs[0] as Tensor;
  if (!leafOf(random)) throw new DeviceError('the random state of dropout must be an input or a variable');
  return { kind: 'mask', node, attributes: node.attributes as DropoutMaskAttributes, random };
}

export type Broadcast = 'same' | 'scalar' | 'row' | 'column' | 'general';

/** How an operand stretches to a shape it broadcasts to. */
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

/** A shape with ones in front. */
export function paddedShape(shape: Shape, rank: number): readonly Dim[] {
  return [...Array<number>(Math.max(0, rank - shape.length)).fill(1), ...shape];
}
