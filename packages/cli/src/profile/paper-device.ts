import { type Device, DeviceError, type DeviceTensor, type HostArray } from '@scalearn/core';

/** A device that keeps shapes and no values, on which graphs are built to count their work. It runs nothing. */
export function paperDevice(): Device {
  const dispose = (): void => {};
  const nothing = (): never => {
    throw new DeviceError('a device on paper has no values, and runs nothing');
  };
  const device: Device = {
    kind: 'paper',
    description: 'shapes without values',
    lost: new Promise(() => {}),
    upload(data: HostArray, shape, { label = 'tensor' } = {}): DeviceTensor {
      return {
        ...{ device, label, shape, bytes: data.byteLength, dispose, [Symbol.dispose]: dispose },
        dtype: data instanceof Int32Array ? 'i32' : 'f32',
        ...{ read: nothing, write: dispose },
      };
    },
    compile: nothing,
    memory: () => ({ bytes: {}, total: 0 }),
    ...{ dispose, [Symbol.dispose]: dispose, [Symbol.asyncDispose]: async () => {} },
  };
  return device;
}
