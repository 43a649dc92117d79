import { join } from 'node:path';
import { readOwnJson } from '@scalearn/experiments/runs';
import * as v from 'valibot';

/** File of an exported folder that says what was exported, and which files belong to it. */
export const exportFileName = 'export.json';

const formatVersion = 1;

const fileNames = v.object({
  formatVersion: v.literal(formatVersion, `${formatVersion}`),
  files: v.array(v.string('a text'), 'a list of texts'),
});

/** Returns the text of `export.json`. @param facts what was exported; @param files names of all other files */
export function encodeExportFile(facts: object, files: readonly string[]): string {
  const all = [...files, exportFileName].sort();
  return `${JSON.stringify({ formatVersion, ...facts, files: all }, null, 2)}\n`;
}

/**
 * Returns the names of the files that an export wrote into a folder; undefined if it holds no export.
 *
 * @throws FolderError if `export.json` is damaged or of another version
 */
export async function filesOfExport(folder: string): Promise<readonly string[] | undefined> {
  const advice = 'remove the folder, or choose another one';
  const read = await readOwnJson(join(folder, exportFileName), fileNames, formatVersion, advice);
  return read?.files;
}
