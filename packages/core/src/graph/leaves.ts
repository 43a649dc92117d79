import { ScalearnError } from '../errors.ts';
import type { Shape } from './shape.ts';
import type { DeviceTensor, DType } from './storage.ts';
import { apply, defineOperation, type LeafAttributes, type Tensor } from './tensor.ts';

const never = (): never => {
  throw new ScalearnError('a leaf has no computation: its value comes from outside the graph');
};

const leaf = defineOperation<[], LeafAttributes>({
  name: 'leaf',
  leaf: (attributes) => attributes,
  outputs: (_, attributes) => [attributes.type],
  reference: never,
  onnx: never,
});

/** Creates a graph input, which is fed in every run. */
export function input(name: string, shape: Shape, dtype: DType = 'f32'): Tensor {
  return apply(leaf, [], { kind: 'input', name, type: { shape, dtype } });
}

const variables = new WeakMap<DeviceTensor, Tensor>();

/** Returns the tensor of a value on the device: a frozen weight, or state that graphs update. One per storage. */
export function variable(storage: DeviceTensor): Tensor {
  return variables.get(storage) ?? newVariable(storage, false);
}

/** As {@link variable}, for values that must keep their precision where weights are stored in fewer bits. */
export function exactVariable(storage: DeviceTensor): Tensor {
  return variables.get(storage) ?? newVariable(storage, true);
}

function newVariable(storage: DeviceTensor, isExact: boolean): Tensor {
  const { shape, dtype } = storage;
  const tensor = apply(leaf, [], { kind: 'variable', storage, isExact, type: { shape, dtype } });
  variables.set(storage, tensor);
  return tensor;
}

/** Returns a leaf's attributes; undefined for computed tensors. */
export function leafOf({ node }: Tensor): LeafAttributes | undefined {
  return node.operation.leaf?.(node.attributes);
}
