// The folders of this package have an order, and each imports only from those before it. docs/guide/architecture.md shows it.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const source = fileURLToPath(new URL('../src', import.meta.url));
const page = readFileSync(new URL('../../../docs/guide/architecture.md', import.meta.url), 'utf8');
const rooms = [...page.matchAll(/^\| `experiments\/src\/([\w-]+)\/`/gm)].map(([, room = '']) => room);
const roomOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] as string) : '');

test('every folder is in the guide to the architecture, and imports only from those above it', () => {
  const files = globSync('**/*.ts', { cwd: source }).map((path) => path.replaceAll('\\', '/'));
  expect(rooms.toSorted()).toEqual([...new Set(files.map(roomOf))].filter((room) => room !== '').toSorted());
  const wrong = files
    .filter((file) => !['index.ts', 'runs.ts'].includes(file))
    .flatMap((file) =>
      [...readFileSync(join(source, file), 'utf8').matchAll(/from '(\.[^']+)'/g)].flatMap(([, path = '']) => {
        const target = relative(source, join(source, dirname(file), path)).replaceAll('\\', '/');
        const [from, to] = [roomOf(file), roomOf(target)].map((room) => rooms.indexOf(room));
        return (to as number) > (from as number) ? [`${file} imports ${target}`] : [];
      }),
    );
  expect(wrong).toEqual([]);
});

test('nothing here is of the command', () => {
  const texts = globSync('**/*.ts', { cwd: source }).map((path) => readFileSync(join(source, path), 'utf8'));
  expect(texts.length).toBeGreaterThan(60);
  const foreign =
    /from '(?:commander|cli-progress|@scalearn\/cli[^']*)'|process\.(?:std(?:out|err)|argv|exit\()/;
  expect(texts.filter((text) => foreign.test(text))).toEqual([]);
});
