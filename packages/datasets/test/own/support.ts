import { expect } from 'vitest';
import { type FileTask, type FileTaskOptions, memorySource, readFileTask } from '../../src/index.ts';

type Files = Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>;
type Choice = Omit<FileTaskOptions, 'data'>;

/** A task of files in memory: the only one, or those of the splits. */
export function fromMemory(files: Files, options: Choice = {}): Promise<FileTask> {
  const [file, ...more] = Object.keys(files);
  const isOne = more.length === 0 && !/^(train|valid|val|dev|test)/.test(file ?? '');
  return readFileTask({ data: memorySource(files), ...(isOne ? { file } : {}), ...options });
}

/** The error of reading such a task. */
export async function errorOf(files: Files, options: Choice = {}): Promise<Error & Record<string, unknown>> {
  return fromMemory(files, options).then(
    () => expect.fail('nothing was thrown'),
    (error: unknown) => error as Error & Record<string, unknown>,
  );
}

/** Lines of a csv file: the header, then `count` rows that alternate between two labels. */
export function reviews(count: number, header = 'text,label'): string {
  const rows = Array.from({ length: count }, (_, i) => `review ${i},${i % 2 === 0 ? 'good' : 'bad'}`);
  return `${[header, ...rows].join('\n')}\n`;
}

/** All rows of a task that one file was divided into, in the order of the file. */
export async function allRows({ read }: FileTask): Promise<{ texts: readonly string[]; label: unknown }[]> {
  const source = memorySource({});
  const splits = await Promise.all(
    (['train', 'validation', 'test'] as const).map((split) => read(split, source)),
  );
  const rows = splits.flat().sort((a, b) => a.index - b.index);
  return rows.map(({ segments, label }) => ({ texts: segments, label }));
}
