import { expect, test } from 'vitest';
import { listAdapters } from '../../../src/devices/webgpu/adapter.ts';
import { supportedVariants } from '../../../src/devices/webgpu/profile.ts';
import { operationSuite } from './suite.ts';

const [adapter] = await listAdapters();

test('the browser has a WebGPU adapter', () => expect(adapter).toBeDefined());
// A software adapter takes seconds for a product in `workgroup`: here one has to do, the GPU project tries all.
for (const variant of adapter ? supportedVariants(adapter) : [])
  operationSuite(variant, { products: variant !== 'workgroup' });
