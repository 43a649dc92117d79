import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));
const example = /```ts\n(.*?)```/s.exec(readFileSync(`${folder}/README.md`, 'utf8'))![1]!;

test.each([
  ['node', ['--conditions=@scalearn/source', '--input-type=module-typescript']],
  ['deno', ['run', '--allow-read', '-']],
])('the example of the README runs in %s', (runtime, args) => {
  const output = execFileSync(`../../node_modules/.bin/${runtime}`, args, {
    cwd: folder,
    encoding: 'utf8',
    input: example,
    env: { ...process.env, NO_COLOR: '1' },
  });
  expect(output).toContain('accuracy: 0.75, f1: 0.8, combinedScore: 0.775');
  expect(output).toContain('0.577350269189625');
});
