// Tests the built packages, not the sources, in every runtime: a few training steps are compared with the interpreter.
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserNeeds, openBrowser } from '../support/browser.ts';
import { buildAll } from '../support/project.ts';
import { servePage } from './page.ts';
import { createProject, runSmoke } from './project.ts';
import type { SmokeResult } from './smoke.ts';

beforeAll(buildAll);

function expectTrained(result: SmokeResult, device: string): void {
  expect(result.device).toBe(device);
  expect(result.losses).toHaveLength(6);
  expect(result.difference).toBeLessThan(1e-4);
}

describe('on ONNX Runtime', () => {
  const project = createProject();
  afterAll(() => rmSync(project, { recursive: true }));
  test.each(['Node', 'Deno'])('in %s', async (runtime) => {
    expectTrained(await runSmoke(project, runtime, 'onnx'), 'onnx');
  });
});

describe('in Chromium, without a bundler', () => {
  /** Text rather than a function, because the test's module system must not resolve the page's imports. */
  const inPage = (device: string): string => `(async () => {
    const { requestDevice } = await import('@scalearn/core');
    const { requestOnnxDevice } = await import('@scalearn/onnx');
    const { smoke } = await import('/smoke.js');
    return smoke(await requestDevice({ device: '${device}', onnx: requestOnnxDevice }));
  })()`;

  test.for(['webgpu', 'onnx'])('on %s', { timeout: 120_000 }, async (device, context) => {
    if (browserNeeds) return context.skip(browserNeeds);
    const page = await servePage();
    const browser = await openBrowser();
    try {
      const tab = await browser.newPage();
      await tab.goto(page.url);
      expectTrained(await tab.evaluate<SmokeResult>(inPage(device)), device);
    } finally {
      await browser.close();
      page.close();
    }
  });
});
