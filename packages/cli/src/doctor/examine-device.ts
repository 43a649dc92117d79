import type { Device } from '@scalearn/core';
import type { SelfTest, SelfTestResult } from './self-test.ts';

/** A device, with whether it is available and whether it computes correctly. */
export interface Examined {
  /** `webgpu`, `onnx` or `reference`. */
  readonly device: string;
  /** Family of WebGPU kernels; undefined for other devices. */
  readonly variant?: string;
  readonly description?: string;
  /** Why the device is not available. */
  readonly missing?: string;
  /** Why the device was not tested, though it is available. */
  readonly skipped?: string;
  readonly test?: SelfTestResult;
  /** Why the test failed to finish. */
  readonly failure?: string;
}

/** Opens and tests a device. */
export async function examineDevice(
  open: () => Promise<Device | undefined>,
  test: SelfTest,
): Promise<Omit<Examined, 'device' | 'variant'>> {
  let device: Device | undefined;
  try {
    device = await open();
  } catch (error) {
    return { missing: (error as Error).message.trim() };
  }
  if (!device) return { missing: 'there is no adapter' };
  const { description } = device;
  try {
    return { description, test: await test.run(device) };
  } catch (error) {
    return { description, failure: (error as Error).message.trim() };
  } finally {
    device.dispose();
  }
}
