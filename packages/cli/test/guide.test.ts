import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { program } from '../src/main.ts';

const guide = readFileSync(new URL('../../../docs/guide/command-line.md', import.meta.url), 'utf8');

test.each([
  ...['train', 'evaluate', 'predict', 'data', 'merge', 'export', 'methods', 'run', 'report'],
  ...['work', 'status', 'retry', 'cancel', 'profile', 'plan'],
])('the guide has every option of %s and no other', (name) => {
  const section = guide.split(`## \`${name}\`\n`)[1]?.split('\n## ', 1)[0] ?? '';
  // The first cells of the table's rows.
  const cells = [...section.matchAll(/^\| (`--.*?) *\|/gm)].map(([, cell]) => cell);
  const described = cells.join(' ').match(/--[\w-]+/g) ?? [];
  const options = program().commands.find((command) => command.name() === name)?.options ?? [];
  expect(described.sort()).toEqual(options.map(({ long }) => long).sort());
});

test('the guide to the quickstart has every option of it and no other', () => {
  const text = readFileSync(new URL('../../../docs/guide/quickstart.md', import.meta.url), 'utf8');
  const described = [...text.matchAll(/^\| `(--[\w-]+).*?` *\|/gm)].map(([, flag]) => flag);
  const options = program().commands.find((command) => command.name() === 'quickstart')?.options ?? [];
  expect(described.sort()).toEqual(options.map(({ long }) => long).sort());
});
