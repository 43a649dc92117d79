// Measures stage2-step on WebGPU: tokens per second, dispatches, and objects created after the third step.
import { requestWebGPUDevice } from '@scalearn/core';
import { countCreated, openGpu } from './lib/gpu.ts';
import { inTurn, median } from './lib/measure.ts';
import { benchmarkOptions } from './lib/options.ts';
import { explain, report } from './lib/report.ts';
import { stage2 } from './lib/stage2.ts';

const options = benchmarkOptions({ runs: 3 });
const opened = await openGpu();
if (!opened) {
  explain('webgpu-step measures nothing: there is no WebGPU adapter');
} else {
  const device = await requestWebGPUDevice({ gpu: opened.device });
  if (!device) throw new Error('the GPU device that was passed in was not used');
  const { rows, step } = await stage2(device);
  for (let warm = 0; warm < 3; warm++) await step.run();
  const created = countCreated(opened.device);
  const [times] = (await inTurn([() => step.run()], options.runs)) as [number[]];
  const milliseconds = median(times);
  report({
    name: 'webgpu-step',
    device: 'webgpu',
    adapter: opened.adapter,
    value: (rows.tokens / milliseconds) * 1000,
    unit: 'tokens/s',
    milliseconds,
    tokens: rows.tokens,
  });
  report({
    name: 'webgpu-dispatches',
    device: 'webgpu',
    value: step.program.statistics.operations,
    unit: 'dispatches',
    required: 150,
  });
  report({
    name: 'webgpu-created',
    device: 'webgpu',
    value: Object.values(created).reduce((a, b) => a + b, 0),
    unit: 'objects after step 3',
    required: 0,
    created,
  });
  const { bytes, total } = device.memory();
  report({ name: 'webgpu-memory', device: 'webgpu', value: total, unit: 'bytes', breakdown: bytes });
  device.dispose();
  opened.device.destroy();
}
