import type { RandomAccess } from '@scalearn/core/files';
import { type NodeModules, nodeModules, systemErrorCode } from '@scalearn/hub';
import { UnreadableModelFileError } from './errors.ts';
import { checkFileName, checkTextSize, decodeText, type ModelFiles, missingFile } from './model-files.ts';

/** Returns whether a folder exists at this path; false in browsers, which have no folders. */
export async function isLocalFolder(path: string): Promise<boolean> {
  const stats = await nodeModules()
    ?.fs.stat(path)
    .catch(() => undefined);
  return stats?.isDirectory() ?? false;
}

/** Returns the path of a `file:` URL, without a slash at its end. */
export function localPath(url: URL): string {
  const path = nodeModules()?.url.fileURLToPath(url) ?? url.pathname;
  return path.replace(/(?<=.)[\\/]$/, '');
}

/**
 * Opens a folder on this machine, in Node and Deno.
 *
 * @throws UnreadableModelFileError if there is no such folder or no file system
 */
export async function localFolder(path: string): Promise<ModelFiles> {
  const node = nodeModules();
  if (!node) {
    throw new UnreadableModelFileError(
      `${path}: a browser has no folders; give File objects or a URL instead.`,
    );
  }
  if (!(await isLocalFolder(path))) {
    throw new UnreadableModelFileError(
      `There is no folder ${path}. Check the path; it is read from ${node.path.resolve()}.`,
    );
  }
  const open = async (name: string): Promise<RandomAccess> => {
    checkFileName(name, path);
    const source = await fileSource(node, node.path.join(path, name));
    if (!source) throw missingFile(name, path);
    return source;
  };
  return {
    describe: () => path,
    has: async (name) => {
      checkFileName(name, path);
      const stats = await node.fs.stat(node.path.join(path, name)).catch(() => undefined);
      return stats?.isFile() ?? false;
    },
    text: async (name) => {
      const source = await open(name);
      checkTextSize(source.size, name, path);
      return decodeText(await source.read(0, source.size), name, path);
    },
    source: open,
    list: async () => {
      const entries = await node.fs.readdir(path, { recursive: true, withFileTypes: true });
      const inside = node.path.resolve(path);
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => node.path.relative(inside, node.path.resolve(entry.parentPath, entry.name)))
        .map((name) => name.split(node.path.sep).join('/'))
        .sort();
    },
  };
}

/** Maximum bytes of one read, because a system call can read at most 2 GiB. */
const LARGEST_READ = 2 ** 30;

/**
 * Returns a file as random-access bytes, or `undefined` if it does not exist. It is opened and closed for each read, so
 * that nothing needs to be disposed of.
 */
export async function fileSource(node: NodeModules, path: string): Promise<RandomAccess | undefined> {
  const unreadable = (cause: unknown): never => {
    throw new UnreadableModelFileError(`${path} cannot be read: ${(cause as Error).message}.`, { cause });
  };
  const stats = await node.fs
    .stat(path)
    .catch((error: unknown) =>
      ['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '') ? undefined : unreadable(error),
    );
  if (!stats?.isFile()) return undefined;

  const read = async (begin: number, end: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(end - begin);
    const file = await node.fs.open(path, 'r').catch(unreadable);
    try {
      let position = 0;
      while (position < bytes.length) {
        const length = Math.min(bytes.length - position, LARGEST_READ);
        const { bytesRead } = await file.read(bytes, position, length, begin + position).catch(unreadable);
        if (bytesRead === 0) return unreadable(new Error('the file became shorter while it was read'));
        position += bytesRead;
      }
    } finally {
      await file.close();
    }
    return bytes;
  };
  return { size: stats.size, read };
}
