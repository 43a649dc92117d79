import type { Device } from '@scalearn/core';
import type { Examined } from '../devices/examined.ts';
import type { SelfTest } from './self-test.ts';

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
