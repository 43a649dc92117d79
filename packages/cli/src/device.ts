import { type AdapterDescription, type Device, type DeviceChoice, requestDevice } from '@scalearn/core';
import { requestOnnxDevice } from '@scalearn/onnx';
import { askDrivers } from './devices/ask-drivers.ts';

/** Opens the requested device, or the best available one. @throws DeviceError that says what to install */
export function openDevice(
  choice: DeviceChoice | undefined,
  onWarning: (message: string) => void,
  { threads }: { readonly threads?: number | undefined } = {},
): Promise<Device> {
  return requestDevice({
    device: choice,
    onnx: () => requestOnnxDevice(threads === undefined ? {} : { threads }),
    adapter: () => bestAdapter(onWarning),
    onWarning,
  });
}

/**
 * Describes the adapter that WebGPU would open. The drivers are asked in another process, because they print to
 * standard error: without a GPU, no driver is loaded into this one.
 */
async function bestAdapter(onWarning: (message: string) => void): Promise<AdapterDescription | undefined> {
  let best: AdapterDescription | undefined;
  const { failure } = await askDrivers('none', (event) => {
    if (event.event === 'adapters') [best] = event.adapters;
  });
  if (failure !== undefined) onWarning(`${failure}; scalearn doctor shows what it printed`);
  return best;
}
