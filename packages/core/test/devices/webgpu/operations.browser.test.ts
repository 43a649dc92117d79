import { expect, test } from 'vitest';
import { listAdapters } from '../../../src/devices/webgpu/adapter.ts';
import { supportedVariants } from '../../../src/devices/webgpu/profile.ts';
import { operationSuite } from './suite.ts';

const [adapter] = await listAdapters();

test('the browser has a WebGPU adapter', () => expect(adapter).toBeDefined());
// A software adapter takes seconds to compile a kernel of products. One variant has them all here; the GPU project tries
// all of them in every variant.
const variants = adapter ? supportedVariants(adapter) : [];
for (const variant of variants) operationSuite(variant, { products: variant === variants[0] });
