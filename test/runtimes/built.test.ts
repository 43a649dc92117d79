// Tests the built packages, not the sources, in every runtime: a few training steps are compared with the interpreter.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adapterFolder, encoderFolder } from '@scalearn/assets-mini';
import { loadEncoder } from '@scalearn/encoders';
import { type Classification, loadModel, saveModel } from '@scalearn/models';
import { requestOnnxDevice } from '@scalearn/onnx';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserNeeds, openBrowser } from '../support/browser.ts';
import { examplesNeed } from '../support/example.ts';
import { buildAll } from '../support/project.ts';
import { servePage } from './page.ts';
import { createProject, runLoad, runSmoke } from './project.ts';
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

describe('a saved model', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scalearn-saved-'));
  const project = createProject();
  const model = join(folder, 'model');
  const texts = ['Emma sold the old piano.', 'Max the discovered coat.'];
  let expected: Classification[] = [];

  beforeAll(async () => {
    if (examplesNeed) return;
    await using device = await requestOnnxDevice({ threads: 1 });
    using encoder = await loadEncoder(encoderFolder, { device });
    using loaded = await loadModel(adapterFolder('cola'), { encoder });
    await saveModel(loaded.model, model, { calibration: { temperature: 2, threshold: 0.5 } });
    using saved = await loadModel(model, { encoder });
    expected = await saved.classify(texts);
  });
  afterAll(() => {
    for (const each of [folder, project]) rmSync(each, { recursive: true });
  });

  function expectAnswers(answers: readonly Classification[]): void {
    expect(answers.map(({ label }) => label)).toEqual(expected.map(({ label }) => label));
    for (const [i, { score }] of answers.entries()) expect(score).toBeCloseTo(expected[i]!.score, 4);
  }

  test.for(['Node', 'Deno'])('is loaded with its encoder in %s', async (runtime, context) => {
    if (examplesNeed) return context.skip(examplesNeed);
    expectAnswers(await runLoad(project, runtime, model, texts));
  });

  test('is loaded in a page, from addresses', { timeout: 120_000 }, async (context) => {
    const skip = examplesNeed ?? browserNeeds;
    if (skip) return context.skip(skip);
    const inPage = `(async () => {
      const { requestOnnxDevice } = await import('@scalearn/onnx');
      const { loadModel } = await import('@scalearn/models');
      const device = await requestOnnxDevice();
      const encoder = new URL('/encoder/', location.href);
      const model = await loadModel(new URL('/model/', location.href), { device, encoder });
      return model.classify(${JSON.stringify(texts)});
    })()`;
    const page = await servePage({ model, encoder: fileURLToPath(encoderFolder) });
    const browser = await openBrowser();
    try {
      const tab = await browser.newPage();
      await tab.goto(page.url);
      expectAnswers(await tab.evaluate<Classification[]>(inPage));
    } finally {
      await browser.close();
      page.close();
    }
  });
});
