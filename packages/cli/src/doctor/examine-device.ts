import { type AdapterDescription, type Device, requestWebGPUDevice } from '@scalearn/core';
import { kernelVariants, readTuning, supportedVariants } from '@scalearn/core/graph';
import type { DriverEvent, Examined, Extent } from '../devices/ask-drivers.ts';
import { tuningFiles } from '../folders/tuning-files.ts';
import { SelfTest } from './self-test.ts';
import { tuneAll } from './tune.ts';

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

/**
 * Tests the variants of kernels on an adapter.
 *
 * @param extent `quick`: on a software adapter, which compiles kernels slowly, each kind of kernel of the variant that
 * is used there; `full`: everything; `tune`: as `quick`, and which kernels are fastest
 */
export async function examineAdapter(
  adapter: AdapterDescription,
  extent: Exclude<Extent, 'none'>,
  say: (event: DriverEvent) => void,
): Promise<void> {
  const isQuick = extent !== 'full' && adapter.isSoftware;
  const supported = supportedVariants(adapter);
  const test = new SelfTest(isQuick ? 'kinds' : 'training');
  const device = 'webgpu';
  for (const variant of kernelVariants) {
    const found = { device, variant };
    if (!supported.includes(variant))
      say({
        event: 'examined',
        examined: { ...found, missing: 'the adapter has no subgroups of one known size' },
      });
    else if (isQuick && variant !== supported[0])
      say({
        event: 'examined',
        examined: { ...found, skipped: 'not used on a software adapter; --full tests it' },
      });
    else {
      say({ event: 'testing', ...found });
      const result = await examineDevice(() => requestWebGPUDevice({ forceVariant: variant }), test);
      say({ event: 'examined', examined: { ...found, ...result } });
    }
  }
  if (!adapter.isSoftware || extent !== 'quick') await measurePeaks(say);
  const store = tuningFiles((message) => process.stderr.write(`${message}\n`));
  if (extent === 'tune')
    await tuneAll(adapter, store, (product) => say({ event: 'testing', device, variant: product }));
  say({ event: 'tuning', tuning: await readTuning(store, adapter) });
}

async function measurePeaks(say: (event: DriverEvent) => void): Promise<void> {
  await using device = await requestWebGPUDevice({ tune: false });
  if (device) say({ event: 'peaks', peaks: await device.peaks() });
}
