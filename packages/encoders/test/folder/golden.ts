import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** Models and data that are too large for the repository; tests that need them are skipped where they are absent. */
export const shared: string = process.env.SCALEARN_SHARED ?? `${root}../shared`;
/** What other programs recorded, to be compared with. */
export const golden: string = process.env.SCALEARN_GOLDEN ?? `${shared}/golden`;

export const skipReason = (path: string): string | undefined =>
  existsSync(path)
    ? undefined
    : `${path} is absent; set SCALEARN_SHARED or SCALEARN_GOLDEN to compare with it`;

export const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;

/** The records of a file that holds one JSON value on each line. */
export const readLines = <T>(path: string): T[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
