import { requestWebGPUDevice } from '@scalearn/core';
import { test } from 'vitest';
import { goldenSuite } from './suite.ts';

const device = await requestWebGPUDevice();
if (device)
  goldenSuite({
    name: `webgpu (${device.variant})`,
    device,
    ...{ limits: 'tolerance', times: 4 },
    // A step of a real encoder takes a software adapter almost a second. ONNX Runtime runs all steps of a curve.
    realSteps: 3,
  });
else test('recorded cases on webgpu', (context) => context.skip('there is no WebGPU adapter'));
