// Files as a user has them, in the words of the tiny encoder.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const animals = ['cat', 'dog', 'bird'];
const verbs = ['sat', 'ran', 'flew'];

/** The i-th of many sentences. */
export const sentence = (i: number): string =>
  `the ${['red', 'blue'][i % 2]} ${animals[i % 3]} ${verbs[(i >> 1) % 3]} ${i % 5 === 0 ? 'not ' : ''}fast`;

/** Writes `name` with a header and `count` rows. */
export function writeRows(
  folder: string,
  name: string,
  header: string,
  count: number,
  row: (i: number) => string,
): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${[header, ...Array.from({ length: count }, (_, i) => row(i))].join('\n')}\n`);
  return path;
}

/** Sentences with the color in them as the label. */
export const colors = (folder: string, name = 'colors.csv', count = 60): string =>
  writeRows(folder, name, 'text,color', count, (i) => `"${sentence(i)}",${['red', 'blue'][i % 2]}`);
