// What acts on a terminal, or forges a line of a log, is never printed as it is, wherever it comes from.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type HubServer, startHubServer } from '../../../test/support/hub-server.ts';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { main } from '../src/main.ts';
import { barText } from '../src/output/progress.ts';
import { oneLine, printableOnly, type Terminal } from '../src/output/terminal.ts';
import { events, type Outcome, run } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const rte = ['--task', 'glue/rte', '--data', world.data];
const at = (name: string): string => join(folder, name);

/** One of each kind, and a line that pretends to be ours. */
const evil = '\u001b[2J\u001b[31m\u009b1m\u0007\u007f\u202e\u2066\u200f\u061c\u2028\ud800\r\nerror: forged';
const active = /(?!\n)[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/u;

function expectHarmless({ out, err }: Outcome): void {
  for (const text of [out, err]) {
    expect(text).not.toMatch(active);
    expect(text).not.toMatch(/^error: forged/m);
  }
}

/** Rows of a user's own whose labels, texts and column are of that kind. */
function ownFile(name: string): string {
  const rows = Array.from({ length: 40 }, (_, i) => ({
    text: `the cat ${i} ${evil}`,
    [`label${evil}`]: i % 2 === 0 ? `good${evil}` : 'bad',
  }));
  const path = at(`${name}.jsonl`);
  writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'));
  return path;
}

let hub: HubServer;
beforeAll(async () => {
  hub = await startHubServer({});
  vi.stubEnv('HF_ENDPOINT', hub.url);
  vi.stubEnv('HF_HUB_CACHE', at('cache'));
  vi.stubEnv('HF_TOKEN_PATH', at('token'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await hub.close();
});

describe('texts and labels', () => {
  const own = ['--text', 'text', '--label', `label${evil}`];
  const train = (out: string): string[] => [
    ...['train', '--encoder', world.encoder, '--task', ownFile('own'), ...own, '--out', at(out)],
    ...['--device', 'reference', '--max-steps', '2', '--batch-size', '4'],
  ];

  test('of own data, in what was found and in the report', async () => {
    const outcome = await run('data', '--task', ownFile('own'), ...own, '--out', at('found'));
    expect(outcome.code, outcome.err).toBe(0);
    expect(`${outcome.out}${outcome.err}`).toContain(String.raw`good\u001b[2J`);
    expectHarmless(outcome);
    const json = await run('data', '--task', ownFile('own'), ...own, '--out', at('data-json'), '--json');
    expectHarmless(json);
    const [event] = events<{ labels: string[] }>(json);
    expect(event?.labels).toContain(`good${evil}`);
  });

  test('of a model that is trained, asked and shown', async () => {
    const trained = await run(...train('model'));
    expect(trained.code, trained.err).toBe(0);
    expectHarmless(trained);
    const question = ['predict', '--model', at('model'), '--device', 'reference', '--text', `cat ${evil}`];
    for (const format of ['table', 'jsonl']) {
      const predicted = await run(...question, '--format', format);
      expect(predicted.code, predicted.err).toBe(0);
      expectHarmless(predicted);
    }
    for (const format of ['html', 'markdown', 'csv', 'latex', 'json'])
      expect((await run('report', at('model'), '--format', format, '--title', evil)).out).not.toMatch(active);
  });
});

describe('names and messages', () => {
  test.each<[string, string[]]>([
    ['a folder', ['evaluate', '--model', at(evil)]],
    ['a task', ['train', '--encoder', world.encoder, '--task', `${evil}.csv`, '--out', at('x')]],
    ['an encoder', ['train', '--encoder', evil, ...rte, '--out', at('y')]],
    ['an option', ['tasks', `--${evil}`]],
    ['a value', ['train', '--encoder', 'x', '--task', 'glue/rte', '--out', at('z'), '--device', evil]],
  ])('%s', async (_, args) => {
    for (const more of [[], ['--json']]) {
      const { out, err, code } = await run(...args, ...more);
      expect(code).not.toBe(0);
      expect(out + err).not.toMatch(active);
      expect(err).not.toMatch(/^error: forged/m);
    }
  });

  test('an experiment', async () => {
    const path = at('evil.yaml');
    writeFileSync(
      path,
      `title: ${JSON.stringify(evil)}\nencoders: [x]\ntasks: [${JSON.stringify(evil)}]\nmethods: {ia3: }\n`,
    );
    expectHarmless(await run('run', path, '--out', at('runs')));
  });

  test('an answer of the hub', async () => {
    hub.intercept = (_, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ sha: evil, error: evil }));
      return true;
    };
    const outcome = await run('train', '--encoder', 'a/b', ...rte, '--out', at('hub'));
    expect(outcome.code).toBe(1);
    expect(outcome.err).toContain(String.raw`the commit \u001b[2J`);
    expectHarmless(outcome);
  });

  test('a damaged file of a folder', async () => {
    mkdirSync(at('damaged'));
    writeFileSync(at('damaged/config.json'), JSON.stringify({ model_type: evil }));
    const outcome = await run(
      'train',
      '--encoder',
      at('damaged'),
      '--task',
      'miniglue/rte',
      '--out',
      at('d'),
    );
    expect(outcome.code).toBe(1);
    expectHarmless(outcome);
  });
});

describe('what passes', () => {
  const written = (text: string, colors: boolean): string => {
    const out: string[] = [];
    const terminal: Terminal = {
      out: (each) => void out.push(each),
      err: () => {},
      interactive: false,
      colors,
    };
    printableOnly(terminal).out(text);
    return out.join('');
  };

  test('lines, letters of every script, and emoji as they are', () => {
    const text = 'a\nمرحبا שלום 日本語 é 👩‍👩‍👧 \\ "\n';
    expect(written(text, true)).toBe(text);
    expect(oneLine('a\tb\r\n')).toBe(String.raw`a\tb\r\n`);
  });

  test('numbers in our own colors, where there are colors, and no other commands', () => {
    const cell = '\u001b[38;5;16;48;5;231m  1.00 \u001b[0m';
    expect(written(`x${cell}${cell}`, true)).toBe(`x${cell}${cell}`);
    expect(written(cell, false)).not.toContain('\u001b');
    for (const text of ['\u001b[31mred\u001b[0m', '\u001b[0m', '\u001b[2J 1\u001b[0m', '\u001b]0;x\u0007'])
      expect(written(text, true)).not.toContain('\u001b');
  });

  test('a line with a bar', () => {
    expect(barText(0.5, [evil, 'x'], 80)).not.toMatch(active);
  });

  test('nothing at all without main', async () => {
    let all = '';
    const add = (text: string): void => {
      all += text;
    };
    await main(['evaluate', '--model', evil], { out: add, err: add, interactive: true, colors: true });
    expect(all).not.toMatch(active);
  });
});
