import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ReferenceDevice } from '../../../src/devices/reference.ts';
import { requestWebGPUDevice, type WebGPUDevice } from '../../../src/devices/webgpu/device.ts';
import type { KernelVariant } from '../../../src/devices/webgpu/profile.ts';
import { operationCases } from '../../operations/cases.ts';
import { relativeDifference, runCase } from '../../operations/harness.ts';
import { trainingDifference } from './training-graph.ts';

/** Largest difference from float64, relative to the largest magnitude. */
export const tolerance = 2e-5;

/** Cases whose time goes into the kernels of matrix products. */
const ofProducts = /^(?:matmul, |linear|scaled sources|chosen tokens of|attention, heads of)/;

/**
 * Every operation, forward and backward, and a small training, against the reference in float64.
 *
 * @param products whether matrix products, and what is made of them, are tried, too
 */
export function operationSuite(
  forceVariant: KernelVariant,
  { products = true }: { readonly products?: boolean } = {},
): void {
  describe(`operations in the kernel variant '${forceVariant}'`, () => {
    let device: WebGPUDevice;
    beforeAll(async () => {
      device = (await requestWebGPUDevice({ forceVariant })) as WebGPUDevice;
    });
    afterAll(() => device?.dispose());

    if (products)
      test('a training graph, 20 steps', async () => {
        expect(await trainingDifference(device)).toBeLessThan(1e-4);
      });

    for (const c of operationCases.filter(({ name }) => products || !ofProducts.test(name)))
      test(c.name, async () => {
        const expected = await runCase(new ReferenceDevice('float64'), c);
        const actual = await runCase(device, c);
        for (const [name, values] of Object.entries(expected))
          expect(relativeDifference(actual[name] as Float32Array, values), name).toBeLessThan(tolerance);
      });
  });
}
