import type { FileSet } from '@scalearn/core';
import { nodeModules, systemErrorCode } from '@scalearn/hub';
import { ModelError } from './errors.ts';

/**
 * Writes files into a new folder, or replaces a folder. The files are written beside it, and the complete folder is
 * then renamed.
 *
 * @throws ModelError if the folder exists and may not be replaced, cannot be written, or if there is no file system
 */
export async function writeFolder(folder: string, files: FileSet, overwrite: boolean): Promise<void> {
  const node = nodeModules();
  if (!node)
    throw new ModelError(
      `${folder} cannot be written: a browser has no folders; offer the files of modelFiles() as a download.`,
    );
  const { fs, path } = node;
  const target = path.resolve(folder);
  const isThere = await fs.stat(target).then(
    () => true,
    () => false,
  );
  if (isThere && !overwrite)
    throw new ModelError(`${folder} exists; choose another folder, or give overwrite: true.`);
  const beside = (what: string): string => `${target}.${what}-${crypto.randomUUID().slice(0, 8)}`;
  const fresh = beside('new');
  try {
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(fresh, name);
      await fs.mkdir(path.dirname(file), { recursive: true });
      await fs.writeFile(file, content);
    }
    if (!isThere) return await fs.rename(fresh, target);
    const old = beside('old');
    await fs.rename(target, old);
    try {
      await fs.rename(fresh, target);
    } catch (error) {
      await fs.rename(old, target);
      throw error;
    }
    await fs.rm(old, { recursive: true, force: true });
  } catch (error) {
    await fs.rm(fresh, { recursive: true, force: true }).catch(() => undefined);
    const { message } = error as Error;
    throw new ModelError(`${folder} cannot be written (${systemErrorCode(error) ?? message}): ${message}`, {
      cause: error,
    });
  }
}
