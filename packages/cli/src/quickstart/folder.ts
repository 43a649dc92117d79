import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '@scalearn/experiments';
import { OutFolder, writeFileAtomic } from '@scalearn/experiments/runs';
import type { QuickstartResults } from './results.ts';

const resultsName = 'results.json';
export const reportName = 'report.html';
export const mergedName = 'merged';

/**
 * The folder of a quickstart. It holds `results.json` from the start, which says whether everything is complete. The
 * file identifies the folder as a quickstart's, and the settings of its models.
 */
export class QuickstartFolder {
  readonly path: string;
  readonly #lock: OutFolder;
  readonly #found: Partial<QuickstartResults> | undefined;

  private constructor(lock: OutFolder, found: Partial<QuickstartResults> | undefined) {
    this.path = lock.path;
    this.#lock = lock;
    this.#found = found;
  }

  /**
   * @param path absolute; it need not exist
   * @param name as the user gave it
   * @throws UsageError if the folder holds anything other than a quickstart, FolderError if another process holds it
   */
  static async open(path: string, name: string): Promise<QuickstartFolder> {
    const lock = await OutFolder.open(path);
    const found = await readResults(lock.path);
    if (found || (await lock.state()) === 'nothing') return new QuickstartFolder(lock, found);
    await lock.close();
    throw new UsageError(`${name} is not empty and holds no quickstart; choose another --out`);
  }

  /**
   * Begins a quickstart and removes an earlier one. The models of an interrupted quickstart with the same settings
   * stay.
   *
   * @param folders of this and of earlier quickstarts; nothing else is removed
   * @returns whether there may be models to reuse
   */
  async begin(
    results: QuickstartResults,
    { folders, overwrite }: { readonly folders: readonly string[]; readonly overwrite: boolean },
  ): Promise<boolean> {
    const same = JSON.stringify(this.#found?.settings) === JSON.stringify(results.settings);
    const keep = same && this.#found?.complete === false && !overwrite;
    const old = keep ? [mergedName, reportName] : [...folders, mergedName, reportName];
    if (this.#found) await this.#lock.remove(old);
    await this.writeResults(results);
    return keep;
  }

  writeResults(results: QuickstartResults): Promise<void> {
    return writeFileAtomic(join(this.path, resultsName), `${JSON.stringify(results, null, 2)}\n`);
  }

  close(): Promise<void> {
    return this.#lock.close();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Reads `results.json`; returns undefined if there is none, or if it is something else. */
async function readResults(folder: string): Promise<Partial<QuickstartResults> | undefined> {
  try {
    const found = JSON.parse(await readFile(join(folder, resultsName), 'utf8')) as Partial<QuickstartResults>;
    return found.quickstart === undefined ? undefined : found;
  } catch {
    return undefined;
  }
}
