import { kernelVariants } from '../../../src/graph.ts';
import { type Device, requestWebGPUDevice } from '../../../src/index.ts';
import { deviceContract } from '../contract.ts';

for (const forceVariant of kernelVariants)
  deviceContract(
    `webgpu, kernel variant '${forceVariant}'`,
    async () => (await requestWebGPUDevice({ forceVariant })) as Device,
  );
