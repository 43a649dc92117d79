import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordedNames, recordedPath, shared } from '../../../test/golden/recorded.ts';

// Real data, and what was recorded of it, live outside the repository; suites that need them are skipped without them.
export const glueFolder: string = join(shared, 'data/glue');
export const superglueFolder: string = join(shared, 'data/superglue');
/** Whether what was recorded of the rows of the real data is there. */
export const hasGolden: boolean = recordedNames('data').includes('splits.json');
export const hasGlue: boolean = existsSync(glueFolder);
export const hasSuperglue: boolean = existsSync(superglueFolder);

interface RecordedFile {
  path: string;
  rows: number;
  rowsSha256: string;
  /** Where rows become several examples. */
  expandedRows?: number;
  expandedSha256?: string;
  labelCounts?: Record<string, number>;
  labelSum?: number;
}
export interface RecordedTask {
  columns: string[];
  labels: string[] | null;
  maxLength: number;
  truncation: 'longest_first' | 'only_first';
  files: Record<string, RecordedFile>;
}
export interface Part {
  rows: number;
  sha256: string;
}
export interface RecordedSplit {
  rows: number;
  seed: number;
  stratified: boolean;
  train: Part;
  validation: Part;
  subsets: Record<string, Part & { train: Part; validation: Part }>;
}

/** The int32 lists of a safetensors file. */
function int32Lists(path: string): Map<string, Int32Array> {
  const file = readFileSync(path);
  const start = 8 + Number(file.readBigUInt64LE(0));
  const header: Record<string, { data_offsets: [number, number] }> = JSON.parse(
    file.toString('utf8', 8, start),
  );
  return new Map(
    Object.entries(header).map(
      ([
        name,
        {
          data_offsets: [from, to],
        },
      ]) => [name, new Int32Array(Uint8Array.from(file.subarray(start + from, start + to)).buffer)],
    ),
  );
}

/** Row numbers of the recorded divisions. */
export const recordedLists = (): Map<string, Int32Array> =>
  int32Lists(recordedPath('data/splits.safetensors'));

export const part = (list: Int32Array): Part => ({
  rows: list.length,
  sha256: createHash('sha256').update(list).digest('hex'),
});

export const indices = (examples: readonly { readonly index: number }[]): Int32Array =>
  Int32Array.from(examples, ({ index }) => index);
