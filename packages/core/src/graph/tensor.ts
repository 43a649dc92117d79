import { present } from '../elements.ts';
import { ShapeError } from '../errors.ts';
import type { Operation, Tensors } from './operation.ts';
import { type Shape, showShape } from './shape.ts';
import type { DeviceTensor, DType } from './storage.ts';

export type { DType };

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
export interface Node<
  I extends Tensors = readonly Tensor[],
  A = unknown,
  O extends Tensors = readonly Tensor[],
> {
  readonly id: number;
  readonly operation: Operation<I, A, O>;
  readonly inputs: I;
  readonly attributes: A;
  readonly outputs: O;
}

let nextId = 0;

/**
 * Applies an operation: checks the inputs by its shape rule and returns its outputs.
 *
 * @throws ShapeError if the inputs do not fit, or a result would have no elements
 */
export function applyAll<I extends Tensors, A, O extends readonly Tensor[]>(
  operation: Operation<I, A, O>,
  inputs: NoInfer<I>,
  attributes: NoInfer<A>,
): O {
  const outputs: Tensor[] = [];
  // A graph holds nodes of many operations; each is given back what it was applied to here, and checked against.
  const node: Node = {
    id: nextId++,
    operation: operation as Operation,
    inputs: present(inputs),
    attributes,
    outputs,
  };
  for (const [index, type] of operation.outputs(inputs, attributes).entries()) {
    if (type.shape.some((dim) => typeof dim === 'number' && !(Number.isInteger(dim) && dim > 0)))
      throw new ShapeError(
        `'${operation.name}' cannot make ${showShape(type.shape)}: sizes are whole numbers from 1`,
      );
    outputs.push({ ...type, node, index });
  }
  // The shape rule gives the types of O's tensors, one for each.
  return outputs as readonly Tensor[] as O;
}

/** {@link applyAll} for operations with one output. */
export function apply<I extends Tensors, A>(
  operation: Operation<I, A, [y: Tensor]>,
  inputs: NoInfer<I>,
  attributes: NoInfer<A>,
): Tensor {
  return applyAll(operation, inputs, attributes)[0];
}

/** Attributes of the leaves: values that come from outside the graph. */
export type LeafAttributes =
  | { readonly kind: 'input'; readonly name: string; readonly type: TensorType }
  | { readonly kind: 'variable'; readonly storage: DeviceTensor; readonly type: TensorType };
