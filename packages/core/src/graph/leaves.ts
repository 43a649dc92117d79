import type { DeviceTensor } from '../devices/device.ts';
import { ScalearnError } from '../errors.ts';
import { defineOperation, type Operation } from './operation.ts';
import type { Shape } from './shape.ts';
import { apply, type DType, type LeafAttributes, type Tensor } from './tensor.ts';

const never = (): never => {
  throw new ScalearnError('a leaf has no computation: its value comes from outside the graph');
};

/** The operation of every leaf. */
const leaf: Operation<LeafAttributes> = defineOperation<LeafAttributes>({
  name: 'leaf',
  outputs: (_, attributes) => [attributes.type],
  reference: never,
  onnx: never,
});

/** A value fed anew in every run. */
export function input(name: string, shape: Shape, dtype: DType = 'f32'): Tensor {
  return apply(leaf, [], { kind: 'input', name, type: { shape, dtype } });
}

const variables = new WeakMap<DeviceTensor, Tensor>();

/** A value that lives on the device: a frozen weight, or state that the graph updates. One tensor per storage. */
export function variable(storage: DeviceTensor): Tensor {
  let tensor = variables.get(storage);
  if (!tensor) {
    tensor = apply(leaf, [], {
      kind: 'variable',
      storage,
      type: { shape: storage.shape, dtype: storage.dtype },
    });
    variables.set(storage, tensor);
  }
  return tensor;
}

/** The leaf's attributes, or undefined for computed tensors. */
export function leafOf(tensor: Tensor): LeafAttributes | undefined {
  return tensor.node.operation === (leaf as unknown) ? (tensor.node.attributes as LeafAttributes) : undefined;
}
