import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildAll } from '../support/project.ts';
import { createProject, runSmoke } from './project.ts';

const project = createProject();
beforeAll(buildAll);
afterAll(() => rmSync(project, { recursive: true }));

test.each(['Node', 'Deno'])('the built packages train in %s on WebGPU', async (runtime) => {
  const result = await runSmoke(project, runtime, 'webgpu');
  expect(result.device).toBe('webgpu');
  expect(result.losses).toHaveLength(6);
  expect(result.difference).toBeLessThan(1e-4);
});
