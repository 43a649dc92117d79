import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { program } from '../src/main.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const text = readFileSync(`${folder}/README.md`, 'utf8');
const [, example, printed] = /```ts\n(.*?)```\n+```text\n(.*?)```/s.exec(text) ?? [];

test.each([
  ['node', ['--conditions=@scalearn/source', '--input-type=module-typescript']],
  ['deno', ['run', '-A', '-']],
])('the example of the README prints what it says in %s', (runtime, args) => {
  const output = execFileSync(`../../node_modules/.bin/${runtime}`, args, {
    cwd: folder,
    encoding: 'utf8',
    input: example ?? '',
  });
  expect(output).toBe(printed);
});

test('every command line of the README has options that exist', () => {
  const lines = text.replaceAll('\\\n', ' ').matchAll(/^npx scalearn (\S+)(.*)$/gm);
  let checked = 0;
  for (const [, name, rest = ''] of lines) {
    const command = program().commands.find((each) => each.name() === name);
    const flags = rest.match(/--[\w-]+/g) ?? [];
    for (const flag of flags) expect(command?.options.map(({ long }) => long)).toContain(flag);
    checked += flags.length;
  }
  expect(checked).toBeGreaterThan(10);
});
