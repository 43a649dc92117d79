import { requestWebGPUDevice } from '@scalearn/core';
import type { WebGPUDevice } from '@scalearn/core/graph';
import { expect, test } from 'vitest';
import { maskedLMDifference } from './suite.ts';

test('masked language modeling on WebGPU agrees with the reference', async () => {
  await using device = (await requestWebGPUDevice()) as WebGPUDevice;
  expect(await maskedLMDifference(device)).toBeLessThan(2e-5);
});
