// The built example page trains on a visitor's own file in Chromium. What it offers as downloads runs in the command and in
// transformers.js.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encoderFolder } from '@scalearn/assets-mini';
import { unzipSync } from 'fflate';
import type { Page } from 'playwright';
import { afterAll, expect, test } from 'vitest';
import { pipelineProbabilities } from '../../packages/cli/test/support/exported.ts';
import { picture } from '../support/browser.ts';
import { useExamplePage } from '../support/example-page.ts';
import { mustRun } from '../support/process.ts';
import { root } from '../support/repository.ts';

const site = useExamplePage('browser-train');

const scratch = mkdtempSync(join(tmpdir(), 'scalearn-own-'));

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const words = ['film', 'play', 'meal', 'show', 'song'];
const csv = [
  'review;verdict',
  ...Array.from({ length: 120 }, (_, i) => {
    return `The ${words[i % 5]} was ${i % 2 ? 'wonderful' : 'dreadful'}.;${i % 2 ? 'good' : 'bad'}`;
  }),
].join('\n');

/** Unpacks a download into a folder. */
async function download(page: Page, button: string, into: string): Promise<string> {
  const arrives = page.waitForEvent('download', { timeout: 60_000 });
  await page.getByRole('button', { name: button }).click();
  const folder = join(scratch, into);
  for (const [path, content] of Object.entries(unzipSync(readFileSync(await (await arrives).path())))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

test('a file becomes a model that the command and transformers.js run', {
  timeout: 280_000,
}, async (context) => {
  if (site.skip) return context.skip(site.skip);
  const page = await site.browser.newPage({ viewport: { width: 360, height: 740 } });
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  await page.goto(site.url);
  const demo = page.locator('scalearn-own-data');
  await demo.evaluate((element) => element.setAttribute('epochs', '15'));
  const status = (text: RegExp) =>
    demo.locator('#status').filter({ hasText: text }).waitFor({ timeout: 200_000 });

  // What is no table of labeled rows is refused in a sentence.
  await demo
    .locator('#file')
    .setInputFiles({ name: 'one.csv', mimeType: 'text/csv', buffer: Buffer.from('a\n1\n') });
  await demo.locator('#status.failed').waitFor();
  await demo
    .locator('#file')
    .setInputFiles({ name: 'mine.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
  await status(/press Train/);
  expect(await demo.locator('#text-column').inputValue()).toBe('review');
  expect(await demo.locator('#label-column').inputValue()).toBe('verdict');
  expect(await demo.locator('#problem').textContent()).toBe(
    'Each row has one of several classes: bad, good. 96 rows train, 12 validate, 12 test.',
  );
  expect(await demo.locator('#sample tr').count()).toBe(4);

  await demo.locator('#device').selectOption('onnx');
  await demo.getByRole('button', { name: 'Train' }).click();
  await status(/^Done/);
  expect(await demo.locator('#curve circle').count()).toBeGreaterThan(0);
  const [head, own, majority, linear] = await demo.locator('#scores tr').allTextContents();
  expect(head).toBe('accuracy');
  expect(own).toMatch(/^this model1\.00 \(95 % interval 0\.7\d to 1\.00\)$/);
  expect(majority).toBe('the same answer for every row0.50');
  expect(linear).toBe('a linear model of the words1.00');
  expect(await demo.locator('#findings').textContent()).toContain('12 rows only');

  const text = 'The song was wonderful.';
  await demo.locator('#question').fill(text);
  await demo.getByRole('button', { name: 'Ask' }).click();
  const answer = demo.locator('#answer').filter({ hasText: /^good \(\d+ %\)$/ });
  await answer.waitFor({ timeout: 60_000 });
  const percent = Number(/\d+/.exec((await answer.textContent()) ?? '')![0]);

  await picture(page, 'browser-own-data-narrow');
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);

  const model = await download(page, 'Download for ScaLearn', 'model');
  const { stdout } = await mustRun(
    join(root, 'node_modules/.bin/node'),
    [
      ...['--conditions=@scalearn/source', 'packages/cli/src/bin.ts', 'predict', '--model', model],
      ...['--encoder', fileURLToPath(encoderFolder), '--text', text, '--format', 'jsonl', '--device', 'onnx'],
    ],
    { cwd: root },
  );
  const predicted = JSON.parse(stdout);
  expect(predicted.label).toBe('good');
  expect(Math.round(100 * predicted.probabilities.good)).toBe(percent);
  const [probabilities] = await pipelineProbabilities(
    await download(page, 'Download for transformers.js', 'onnx'),
    [text],
  );
  expect(probabilities!.good).toBeCloseTo(predicted.probabilities.good, 4);
  expect(errors).toEqual([]);
  await page.close();
});
