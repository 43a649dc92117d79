import type { Device, DeviceTensor, HostArray } from '@scalearn/core';
import { exactVariable, type Tensor } from '@scalearn/core/graph';

/** A tensor that a configuration decides, such as a table of angles. */
export interface ConstantValues {
  /** The values, row-major. */
  readonly data: HostArray;
  /** Sizes of the dimensions. */
  readonly shape: readonly number[];
}

/** Tensors of an encoder's graphs that are no weights. Each is uploaded when a graph first uses it. */
export class GraphConstants implements Disposable {
  readonly #device: Device;
  readonly #tensors = new Map<string, DeviceTensor>();

  constructor(device: Device) {
    this.#device = device;
  }

  /** Returns a constant. @param make makes its values, if this is its first use */
  get(name: string, make: () => ConstantValues): Tensor {
    let tensor = this.#tensors.get(name);
    if (!tensor) {
      const { data, shape } = make();
      tensor = this.#device.upload(data, shape, { label: `constants/${name}` });
      this.#tensors.set(name, tensor);
    }
    return exactVariable(tensor);
  }

  dispose(): void {
    for (const tensor of this.#tensors.values()) tensor.dispose();
    this.#tensors.clear();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
