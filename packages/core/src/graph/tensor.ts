import type { DeviceTensor } from '../devices/device.ts';
import { ShapeError } from '../errors.ts';
import type { Operation } from './operation.ts';
import { type Shape, showShape } from './shape.ts';

export type DType = 'f32' | 'i32';

export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** One output of one operation: a value that exists only when a device runs the graph. */
export interface Tensor extends TensorType {
  readonly node: Node;
  /** Which of the node's outputs this is. */
  readonly index: number;
}

/** One use of an operation. Nodes are never changed; a graph is what its outputs lead back to. */
export interface Node<Attributes = unknown> {
  readonly id: number;
  readonly operation: Operation<Attributes>;
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
  readonly outputs: readonly Tensor[];
}

let nextId = 0;

/**
 * Applies an operation: checks the inputs by its shape rule and returns its outputs.
 *
 * @throws ShapeError if the inputs do not fit, or a result would have no elements
 */
export function applyAll<A>(
  operation: Operation<A>,
  inputs: readonly Tensor[],
  attributes: A,
): readonly Tensor[] {
  const outputs: Tensor[] = [];
  // An operation is contravariant in its attributes; a graph holds nodes of many, so the type is widened here.
  const node = { id: nextId++, operation, inputs, attributes, outputs } as unknown as Node;
  for (const [index, type] of operation.outputs(inputs, attributes).entries()) {
    if (type.shape.some((dim) => typeof dim === 'number' && !(Number.isInteger(dim) && dim > 0)))
      throw new ShapeError(
        `'${operation.name}' cannot make ${showShape(type.shape)}: sizes are whole numbers from 1`,
      );
    outputs.push({ ...type, node, index });
  }
  return outputs;
}

/** {@link applyAll} for operations with one output. */
export function apply<A>(operation: Operation<A>, inputs: readonly Tensor[], attributes: A): Tensor {
  return applyAll(operation, inputs, attributes)[0] as Tensor;
}

/** Attributes of the leaves: values that come from outside the graph. */
export type LeafAttributes =
  | { readonly kind: 'input'; readonly name: string; readonly type: TensorType }
  | { readonly kind: 'variable'; readonly storage: DeviceTensor; readonly type: TensorType };
