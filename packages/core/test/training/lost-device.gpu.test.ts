import { expect, test } from 'vitest';
import { findAdapter, openDevice } from '../../src/devices/webgpu/adapter.ts';
import { requestWebGPUDevice, type WebGPUDevice } from '../../src/devices/webgpu/device.ts';
import { bottleneck, DeviceLostError, DisposedError, train } from '../../src/index.ts';
import { tinyEncoder, tinyTask } from './tiny.ts';

const run = {
  task: tinyTask({ rows: 64, validationRows: 4 }),
  method: bottleneck({ width: 2 }),
  ...{ epochs: 2, batchSize: 8 },
};

test.each([
  ['lost', DeviceLostError],
  ['disposed of', DisposedError],
] as const)('training whose GPU is %s at a step rejects, and another GPU trains', async (what, expected) => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  try {
    const found = await findAdapter();
    if (!found) throw new Error('no WebGPU adapter');
    const gpu = await openDevice(found.adapter);
    const device = (await requestWebGPUDevice({ gpu })) as WebGPUDevice;
    const attempt = train({
      ...{ ...run, encoder: await tinyEncoder(device, { layers: 1 }) },
      onEvent: (event) => {
        if (event.event === 'step' && event.step === 3) what === 'lost' ? gpu.destroy() : device.dispose();
      },
    });
    await expect(attempt).rejects.toBeInstanceOf(expected);
    await using another = (await requestWebGPUDevice()) as WebGPUDevice;
    using model = await train({ ...run, encoder: await tinyEncoder(another, { layers: 1 }), epochs: 1 });
    expect(model.steps).toBe(8);
  } finally {
    process.off('unhandledRejection', note);
  }
  expect(unhandled).toEqual([]);
});
