import { type Device, type DeviceChoice, requestDevice } from '@scalearn/core';
import { requestOnnxDevice } from '@scalearn/onnx';

/** Opens the requested device, or the best available one. @throws DeviceError that says what to install */
export function openDevice(
  choice: DeviceChoice | undefined,
  onWarning: (message: string) => void,
  { threads }: { readonly threads?: number | undefined } = {},
): Promise<Device> {
  return requestDevice({
    device: choice,
    onnx: () => requestOnnxDevice(threads === undefined ? {} : { threads }),
    onWarning,
  });
}
