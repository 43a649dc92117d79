import { ReferenceDevice } from '@scalearn/core';
import { requestOnnxDevice } from '@scalearn/onnx';
import { expect, test } from 'vitest';
import { maskedLMDifference } from './suite.ts';

test('masked language modeling on the onnx device agrees with the reference', async () => {
  await using device = await requestOnnxDevice({ threads: 1 });
  expect(await maskedLMDifference(device)).toBeLessThan(2e-5);
});

test('masked language modeling in float32 agrees with the reference', async () => {
  using device = new ReferenceDevice('float32');
  expect(await maskedLMDifference(device)).toBeLessThan(2e-5);
});
