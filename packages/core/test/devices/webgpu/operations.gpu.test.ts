import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ReferenceDevice } from '../../../src/devices/reference.ts';
import { requestWebGPUDevice, type WebGPUDevice } from '../../../src/devices/webgpu/device.ts';
import { kernelVariants } from '../../../src/devices/webgpu/profile.ts';
import { operationCases } from '../../operations/cases.ts';
import { relativeDifference, runCase } from '../../operations/harness.ts';

for (const variant of kernelVariants)
  describe(`the kernel variant '${variant}' agrees with the reference in float64`, () => {
    let device: WebGPUDevice;
    beforeAll(async () => {
      device = (await requestWebGPUDevice({ forceVariant: variant })) as WebGPUDevice;
    });
    afterAll(() => device.dispose());

    for (const c of operationCases)
      test(c.name, async () => {
        const expected = await runCase(new ReferenceDevice('float64'), c);
        const actual = await runCase(device, c);
        for (const [name, values] of Object.entries(expected))
          expect(relativeDifference(actual[name] as Float32Array, values), name).toBeLessThan(2e-5);
      });
  });
