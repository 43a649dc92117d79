import { nodeModules, systemErrorCode } from '@scalearn/hub';
import { DatasetError, UnreadableFileError } from './errors.ts';

/** Source of the files of a data set: a folder, a web address, files chosen in a browser, or memory. */
export interface FileSource {
  /** Returns the bytes of a file, or undefined if there is none. `path` is relative and separated by `/`. */
  read(path: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Returns the paths of the files in a folder and below it. If undefined, files are only found by known names. */
  list?(folder: string): Promise<readonly string[]>;
  /** Whether files arrive as they are stored, without decompression on the way. */
  readonly isVerbatim?: boolean;
  /** Completes "Found none of … in …": `the folder /data/glue`. */
  describe(): string;
}

/** Reads a folder of the local disk. Works in Node, Deno and Bun. */
export function folderSource(folder: string): FileSource {
  const node = nodeModules();
  if (node === undefined) {
    throw new DatasetError(
      `This runtime has no file system, so the folder ${folder} cannot be read. Use urlSource or fileListSource.`,
    );
  }
  const undefinedWhereMissing = (path: string) => (error: unknown) => {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new UnreadableFileError(path, (error as Error).message, error);
  };
  return {
    read: (path) => node.fs.readFile(`${folder}/${path}`).catch(undefinedWhereMissing(path)),
    async list(within) {
      const options = { recursive: true } as const;
      const names = await node.fs
        .readdir(`${folder}/${within}`, options)
        .catch(undefinedWhereMissing(within));
      return (names ?? []).map((name) => `${within}/${name.split(node.path.sep).join('/')}`).sort();
    },
    isVerbatim: true,
    describe: () => `the folder ${folder}`,
  };
}

/** Reads files below a web address. A page may give an address relative to itself. */
export function urlSource(base: string | URL): FileSource {
  const prefix = String(base).replace(/\/*$/, '/');
  return {
    async read(path) {
      const response = await fetch(prefix + path).catch((cause: unknown) => {
        throw new UnreadableFileError(prefix + path, String(cause), cause);
      });
      // Development servers answer a request for a missing file with their start page.
      const isPage = response.headers.get('content-type')?.startsWith('text/html') ?? false;
      if (response.status === 404 || (response.ok && isPage)) return undefined;
      if (!response.ok)
        throw new UnreadableFileError(prefix + path, `the server answered ${response.status}`);
      return new Uint8Array(await response.arrayBuffer());
    },
    describe: () => prefix,
  };
}

/** The properties of `File` that are used. */
export interface NamedFile {
  /** Name of the file, without its folder. */
  readonly name: string;
  /** The path below the chosen folder, set by `<input type="file" webkitdirectory>`; absent or empty otherwise */
  readonly webkitRelativePath?: string;
  /** Reads the content. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Reads files chosen in a browser, such as a whole folder. They never leave the machine. */
export function fileListSource(files: Iterable<NamedFile>): FileSource {
  const list = Array.from(files);
  return {
    async read(path) {
      const file = list.find((file) => `/${file.webkitRelativePath || file.name}`.endsWith(`/${path}`));
      return file && new Uint8Array(await file.arrayBuffer());
    },
    list: async (folder) =>
      list.flatMap((file) => {
        const path = `/${file.webkitRelativePath || file.name}`;
        const at = path.indexOf(`/${folder}/`);
        return at < 0 ? [] : [path.slice(at + 1)];
      }),
    isVerbatim: true,
    describe: () => `the ${list.length} chosen files`,
  };
}

/** Reads files given as text or bytes, by path. */
export function memorySource(
  files: Readonly<Record<string, string | Uint8Array<ArrayBuffer> | undefined>>,
): FileSource {
  return {
    async read(path) {
      const file = Object.hasOwn(files, path) ? files[path] : undefined;
      return typeof file === 'string' ? new TextEncoder().encode(file) : file;
    },
    list: async (folder) => Object.keys(files).filter((path) => path.startsWith(`${folder}/`)),
    describe: () => 'the files in memory',
  };
}

/**
 * Returns the source for an address. A string is a web address if it looks like one or if there is no file system,
 * otherwise a folder.
 */
export function toSource(data: string | URL | FileSource): FileSource {
  if (data instanceof URL) return data.protocol === 'file:' ? folderSource(localPath(data)) : urlSource(data);
  if (typeof data !== 'string') return data;
  return /^https?:\/\//.test(data) || nodeModules() === undefined ? urlSource(data) : folderSource(data);
}

function localPath(url: URL): string {
  // On Windows the path of file:///C:/data is /C:/data.
  return decodeURIComponent(url.pathname).replace(/^\/(?=[A-Za-z]:)/, '');
}
