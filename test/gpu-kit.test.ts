import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runParts } from '../scripts/gpu-kit/run-parts.ts';
import { scratchFolder } from './support/scratch.ts';

const part = (name: string, code: string, seconds = 20) => ({
  ...{ name, seconds },
  command: [process.execPath, '-e', code],
});

test('the kit goes on past parts that fail or hang, and records both', async () => {
  const out = join(scratchFolder(), 'lines.jsonl');
  const failed = await runParts(
    [
      part('good', 'console.log("driver: hello"); console.log(JSON.stringify({ value: 1 }))'),
      part('bad', 'console.log("{}"); console.error("no device"); process.exit(3)'),
      part('crash', 'process.kill(process.pid, "SIGSEGV")'),
      part('hang', 'setTimeout(() => {}, 60_000)', 0.3),
      { name: 'absent', seconds: 1, command: ['/no/such/program'] },
      part('last', 'process.stdout.write(JSON.stringify({ value: 2 }))'),
    ],
    out,
    { about: { commit: 'abc', driver: 'acme 1' }, seconds: 60, say: () => {} },
  );
  expect(failed.map((text) => text.split(':', 1)[0])).toEqual(['bad', 'crash', 'hang', 'absent']);
  const lines = readFileSync(out, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.every(({ commit, driver, date }) => commit === 'abc' && driver === 'acme 1' && date)).toBe(
    true,
  );
  expect(lines.filter(({ value }) => value !== undefined)).toMatchObject([
    { part: 'good', value: 1 },
    { part: 'last', value: 2 },
  ]);
  expect(lines.filter(({ event }) => event === 'failed')).toMatchObject([
    { part: 'bad', failure: expect.stringContaining('no device') },
    { part: 'crash', failure: expect.stringContaining('SIGSEGV') },
    { part: 'hang', failure: expect.stringContaining('more than') },
    { part: 'absent', failure: expect.stringContaining('ENOENT') },
  ]);
});

test('a part for which no time is left is named', async () => {
  const out = join(scratchFolder(), 'lines.jsonl');
  await runParts([part('late', '')], out, { about: {}, seconds: 0, say: () => {} });
  expect(existsSync(out)).toBe(true);
  expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ part: 'late', event: 'left out' });
});
