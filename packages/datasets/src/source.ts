import { DatasetError, UnreadableFileError } from './errors.ts';

/** Where the files of a data set are: a folder, a web address, files a visitor has chosen, memory. */
export interface FileSource {
  /** The bytes of a file, or undefined when there is none. `path` is relative and separated by `/`. */
  read(path: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Completes "Found none of … in …": `the folder /data/glue`. */
  describe(): string;
}

/** A folder of the local disk. Node, Deno and Bun. */
export function folderSource(folder: string): FileSource {
  const fs = fileSystem();
  if (fs === undefined) {
    throw new DatasetError(
      `This runtime has no file system, so the folder ${folder} cannot be read. Use urlSource or fileListSource.`,
    );
  }
  return {
    async read(path) {
      try {
        return await fs.readFile(`${folder}/${path}`);
      } catch (error) {
        const code = (error as { code?: string }).code;
        if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
        throw new UnreadableFileError(path, (error as Error).message, error);
      }
    },
    describe: () => `the folder ${folder}`,
  };
}

/** Files below a web address. A page may give an address relative to itself. */
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

/** What `File` offers of interest here. */
export interface NamedFile {
  readonly name: string;
  /** The path below the chosen folder, set by `<input type="file" webkitdirectory>`. */
  readonly webkitRelativePath?: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Files a visitor has chosen, such as a whole folder. They never leave the machine. */
export function fileListSource(files: Iterable<NamedFile>): FileSource {
  const list = Array.from(files);
  return {
    async read(path) {
      const file = list.find((file) => `/${file.webkitRelativePath || file.name}`.endsWith(`/${path}`));
      return file && new Uint8Array(await file.arrayBuffer());
    },
    describe: () => `the ${list.length} chosen files`,
  };
}

/** Files given as text or bytes, by path. */
export function memorySource(
  files: Readonly<Record<string, string | Uint8Array<ArrayBuffer> | undefined>>,
): FileSource {
  return {
    async read(path) {
      const file = Object.hasOwn(files, path) ? files[path] : undefined;
      return typeof file === 'string' ? new TextEncoder().encode(file) : file;
    },
    describe: () => 'the files in memory',
  };
}

/** A string is a web address if it looks like one or there is no file system, else a folder. */
export function toSource(data: string | URL | FileSource): FileSource {
  if (data instanceof URL) return data.protocol === 'file:' ? folderSource(localPath(data)) : urlSource(data);
  if (typeof data !== 'string') return data;
  return /^https?:\/\//.test(data) || fileSystem() === undefined ? urlSource(data) : folderSource(data);
}

function localPath(url: URL): string {
  // On Windows the path of file:///C:/data is /C:/data.
  return decodeURIComponent(url.pathname).replace(/^\/(?=[A-Za-z]:)/, '');
}

interface FileSystem {
  readFile(path: string): Promise<Uint8Array<ArrayBuffer>>;
}

/** Node's file system where there is one, without an import that a bundler for the browser would trip over. */
function fileSystem(): FileSystem | undefined {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => unknown };
  };
  return process?.getBuiltinModule?.('node:fs/promises') as FileSystem | undefined;
}
