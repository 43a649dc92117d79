import { type Device, type DeviceChoice, requestDevice } from '@scalearn/core';
import { requestOnnxDevice } from '@scalearn/onnx';

/** The device that was asked for, or the best there is. @throws DeviceError that says what to install */
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
