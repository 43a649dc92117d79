import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { operationCases } from '../../operations/cases.ts';
import { tolerance } from './suite.ts';

const deno = fileURLToPath(new URL('../../../../../node_modules/.bin/deno', import.meta.url));
const program = fileURLToPath(new URL('./deno-operations.ts', import.meta.url));

describe('operations in Deno', async () => {
  const { stdout } = await promisify(execFile)(deno, [
    'run',
    '--no-check',
    '--allow-env',
    '--allow-read',
    program,
  ]);
  const results = new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { name: string; difference: number })
      .map(({ name, difference }) => [name, difference]),
  );
  test('a training graph, 20 steps', () => expect(results.get('training')).toBeLessThan(1e-4));
  for (const { name } of operationCases) test(name, () => expect(results.get(name)).toBeLessThan(tolerance));
});
