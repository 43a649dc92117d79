import { requestWebGPUDevice } from '@scalearn/core';
import { test } from 'vitest';
import { reducedSuite } from './reduced.ts';

const device = await requestWebGPUDevice({ precision: 'f16' }).catch(() => undefined);
if (device)
  reducedSuite({
    precision: 'f16',
    device,
    // They were at most 0.0012, 0.0024 and 0.0008.
    limits: { outputs: 0.004, grads: 0.02, curve_loss: 0.004 },
  });
else test('recorded cases in f16', (context) => context.skip('there is no adapter with f16'));
