// The way of somebody new, from a file of labeled rows to a model in use: train, find out what the score is worth, look at
// the errors, serve, export to a page, push to a hub, and load from there in another runtime. Each step takes what the one
// before has written.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encoderFolder } from '@scalearn/assets-mini';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Outcome, start } from '../packages/cli/test/support/run.ts';
import { browserNeeds, openBrowser } from './support/browser.ts';
import { copyExample, examplesNeed } from './support/example.ts';
import { type HubServer, startHubServer } from './support/hub-server.ts';
import { mustRun } from './support/process.ts';
import { root } from './support/repository.ts';
import { serveRuntime } from './support/transformers-runtime.ts';
import { buildPage } from './support/vite.ts';

const encoder = fileURLToPath(encoderFolder);
const good = 'The dinner was wonderful.';
let folder: string;
let hub: HubServer;
const at = (name: string): string => join(folder, name);

/** Runs a command as users do, in a process of its own. */
async function scalearn(...args: string[]): Promise<Outcome> {
  const outcome = await start(args).ended;
  expect(outcome.code, outcome.err).toBe(0);
  return outcome;
}

const subjects = ['film', 'play', 'meal', 'show', 'song', 'speech'];
const words = {
  good: ['wonderful', 'lovely', 'superb', 'great'],
  bad: ['dreadful', 'tedious', 'dull', 'poor'],
};

/** Reviews of which one in 25 has the wrong label. */
function reviews(): string {
  const rows = Array.from({ length: 240 }, (_, i) => {
    const kind = i % 2 === 0 ? 'good' : 'bad';
    const text = `The ${subjects[i % 6]} was ${words[kind][(i >> 1) % 4]}.`;
    return `"${text}",${i % 25 === 24 ? (kind === 'good' ? 'bad' : 'good') : kind}`;
  });
  return ['review,verdict', ...rows].join('\n');
}

describe.skipIf(examplesNeed)('from a file to a model in use', { timeout: 240_000 }, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scalearn-path-'));
    writeFileSync(at('reviews.csv'), reviews());
    const files = readdirSync(encoder).map((name) => [name, readFileSync(join(encoder, name))]);
    hub = await startHubServer({
      'tiny/mini': { commit: 'ab'.repeat(20), files: Object.fromEntries(files) },
    });
    hub.writeToken = 'hf_write';
    Object.assign(process.env, { HF_ENDPOINT: hub.url, HF_HUB_CACHE: at('cache'), HF_TOKEN: 'hf_write' });
  });
  afterAll(async () => {
    for (const name of ['HF_ENDPOINT', 'HF_HUB_CACHE', 'HF_TOKEN']) delete process.env[name];
    await hub.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('train says what the score is worth', async () => {
    const { out, err } = await scalearn(
      ...['train', '--task', at('reviews.csv'), '--encoder', 'tiny/mini', '--out', at('model')],
      ...['--epochs', '8', '--learning-rate', '0.003', '--batch-size', '16', '--device', 'onnx'],
    );
    expect(err).toContain("texts from column 'review', labels from 'verdict': bad (");
    expect(out).toMatch(/^on 24 rows +accuracy +95 % interval/m);
    expect(out).toMatch(/^the same answer for every row +0\.\d\d/m);
    expect(out).toContain('note: The score is of 24 rows only');
    expect(readFileSync(at('model/README.md'), 'utf8')).toContain('base_model: "tiny/mini"');
  });

  test('evaluate shows the rows with wrong labels first', async () => {
    const { out } = await scalearn(
      ...['evaluate', '--model', at('model'), '--split', 'train', '--errors', '5', '--device', 'onnx'],
    );
    const [, table = ''] = out.split(/^row +label +prediction +probability +text$/m);
    const rows = table.trim().split('\n').slice(0, 3);
    // The number of a row is that in the file; each 25th was given the wrong label.
    for (const row of rows) expect(Number(row.trim().split(/\s+/, 1)[0]!.replace(',', '')) % 25, row).toBe(0);
  });

  test('serve answers a request', async () => {
    const server = start(['serve', '--model', at('model'), '--port', '0', '--json', '--device', 'onnx']);
    const { url } = JSON.parse(await server.firstLine()) as { url: string };
    const response = await fetch(`${url}/v1/classify`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ inputs: [good, 'The dinner was dull.'] }),
    });
    const { outputs } = (await response.json()) as { outputs: { label: string }[] };
    expect(outputs.map(({ label }) => label)).toEqual(['good', 'bad']);
    server.process.kill('SIGTERM');
    await server.ended;
  });

  test('export makes a page classify', async (context) => {
    if (browserNeeds) return context.skip(browserNeeds);
    using example = copyExample('browser-classify');
    await scalearn('export', '--model', at('model'), '--out', join(example.folder, 'public/reviews'));
    const built = await buildPage(example.folder);
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      await serveRuntime(page);
      await page.goto(built.url);
      await page.locator('input').fill(good);
      await page
        .locator('output')
        .filter({ hasText: /^good \(\d+ %\)$/ })
        .waitFor({ timeout: 60_000 });
    } finally {
      await browser.close();
      await built.close();
    }
  });

  test('push uploads it, and a program in Deno loads it from there', async () => {
    const { out } = await scalearn('push', '--model', at('model'), '--repo', 'me/reviews');
    expect(out).toContain('me/reviews');
    const program = `
      import { requestOnnxDevice } from '@scalearn/onnx';
      import { loadModel } from '@scalearn/models';
      const device = await requestOnnxDevice({ threads: 1 });
      using model = await loadModel('hf:me/reviews', { device });
      console.log(JSON.stringify(await model.classify([${JSON.stringify(good)}])));
    `;
    const deno = join(root, 'node_modules/.bin/deno');
    const where = { cwd: join(root, 'packages/models'), input: program };
    const [answer] = JSON.parse((await mustRun(deno, ['run', '-A', '-'], where)).stdout) as [
      { label: string; score: number },
    ];
    expect(answer.label).toBe('good');
    const predicted = await scalearn(
      ...['predict', '--model', at('model'), '--text', good, '--format', 'jsonl', '--device', 'onnx'],
    );
    expect(JSON.parse(predicted.out).probabilities.good).toBeCloseTo(answer.score, 5);
  });
});
