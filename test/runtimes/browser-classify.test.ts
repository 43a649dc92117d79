// The built example page runs an exported model in Chromium with transformers.js, which does not depend on ScaLearn.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adapterFolder, encoderFolder } from '@scalearn/assets-mini';
import { expect, test } from 'vitest';
import { picture } from '../support/browser.ts';
import { useExamplePage } from '../support/example-page.ts';
import { mustRun } from '../support/process.ts';
import { root } from '../support/repository.ts';
import { serveRuntime } from '../support/transformers-runtime.ts';

const scalearn = (...args: string[]): Promise<{ stdout: string }> =>
  mustRun(
    join(root, 'node_modules/.bin/node'),
    ['--conditions=@scalearn/source', 'packages/cli/src/bin.ts', ...args],
    { cwd: root },
  );
const model = [
  ...['--model', fileURLToPath(adapterFolder('sst2'))],
  ...['--encoder', fileURLToPath(encoderFolder)],
];

const site = useExamplePage('browser-classify', (folder) =>
  scalearn('export', ...model, '--out', join(folder, 'public/reviews')),
);

test('labels what is typed, as predict does', { timeout: 240_000 }, async (context) => {
  if (site.skip) return context.skip(site.skip);
  const page = await site.browser.newPage({ viewport: { width: 700, height: 400 } });
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  await serveRuntime(page);
  await page.goto(site.url);
  const answer = page.locator('output');
  const shown = /^(\w+) \((\d+) %\)$/;
  // The sentences of the example and of the guide, which the example's own model has to get right.
  for (const [text, right] of [
    ['The film was not dull.', 'positive'],
    ['Nobody liked it.', 'negative'],
  ] as const) {
    await page.locator('input').fill(text);
    const { stdout } = await scalearn(
      'predict',
      ...model,
      '--text',
      text,
      '--format',
      'jsonl',
      '--device',
      'onnx',
    );
    const { label, probabilities } = JSON.parse(stdout);
    expect(label).toBe(right);
    const percent = Math.round(100 * probabilities[label]);
    await answer.filter({ hasText: `${label} (${percent} %)` }).waitFor({ timeout: 60_000 });
    expect(await answer.textContent()).toMatch(shown);
  }
  expect(errors).toEqual([]);
  await picture(page, 'browser-classify');
  await page.close();
});
