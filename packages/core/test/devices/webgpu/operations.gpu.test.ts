import { kernelVariants } from '../../../src/devices/webgpu/profile.ts';
import { operationSuite } from './suite.ts';

for (const variant of kernelVariants) operationSuite(variant);
