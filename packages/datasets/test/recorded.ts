import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

// Recorded results and real data live outside the repository; suites that need them are skipped without them.
const root = fileURLToPath(new URL('../../..', import.meta.url));
const shared = resolve(root, process.env.SCALEARN_SHARED ?? '../shared');
const golden = resolve(root, process.env.SCALEARN_GOLDEN ?? join(shared, 'golden'));

export const goldenFile = (path: string): string => join(golden, path);
export const glueFolder: string = join(shared, 'data/glue');
export const hasGolden: boolean = existsSync(goldenFile('data/tasks.json'));
export const hasGlue: boolean = existsSync(glueFolder);

export function recorded<T>(path: string): T {
  return JSON.parse(readFileSync(goldenFile(path), 'utf8')) as T;
}
