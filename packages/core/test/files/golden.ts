import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const shared = process.env.SCALEARN_SHARED ?? `${root}../shared`;
/** What other programs recorded, to be compared with. */
export const golden: string = process.env.SCALEARN_GOLDEN ?? `${shared}/golden`;

/** Recorded files of other readers and writers; the tests that need them are skipped where they are absent. */
export const formats: string = `${golden}/formats`;
export const models: string = `${shared}/models`;
export const skipReason = (path: string): string | undefined =>
  existsSync(path)
    ? undefined
    : `${path} is absent; set SCALEARN_SHARED or SCALEARN_GOLDEN to compare with it`;

export const readBytes = (path: string): Uint8Array => new Uint8Array(readFileSync(path));
export const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;
