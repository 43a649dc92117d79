// Run by Deno, where WebGPU is another implementation: prints one line of JSON for every operation.
import { ReferenceDevice } from '../../../src/devices/reference.ts';
import { requestWebGPUDevice } from '../../../src/devices/webgpu/device.ts';
import { operationCases } from '../../operations/cases.ts';
import { relativeDifference, runCase } from '../../operations/harness.ts';
import { trainingDifference } from './training-graph.ts';

const device = await requestWebGPUDevice();
if (!device) throw new Error('Deno finds no WebGPU adapter');
for (const c of operationCases) {
  const expected = await runCase(new ReferenceDevice('float64'), c);
  const actual = await runCase(device, c);
  const differences = Object.entries(expected).map(([name, values]) =>
    relativeDifference(actual[name] as Float32Array, values),
  );
  console.log(JSON.stringify({ name: c.name, difference: Math.max(...differences) }));
}
console.log(JSON.stringify({ name: 'training', difference: await trainingDifference(device) }));
device.dispose();
