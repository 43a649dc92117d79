import { requestWebGPUDevice } from '@scalearn/core';
import { test } from 'vitest';
import { goldenSuite } from './suite.ts';

const device = await requestWebGPUDevice();
if (device)
  goldenSuite({
    name: `webgpu (${device.variant})`,
    device,
    ...{ limits: 'tolerance', times: 4 },
    // A step of a real encoder takes a software adapter most of a second. ONNX Runtime takes all of a curve's steps.
    realSteps: 3,
  });
else test('recorded cases on webgpu', (context) => context.skip('there is no WebGPU adapter'));
