import { readdir, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { FolderError } from '@scalearn/experiments';
import { asFolderError } from '@scalearn/experiments/runs';

/** The native binaries of a package for one platform. */
export interface Binaries {
  /** Name of the package. */
  readonly package: string;
  /** Such as `linux-x64`. */
  readonly platform: string;
  /** Absolute path of their folder. */
  readonly path: string;
  readonly bytes: number;
}

/** Folders of binaries in a package: their depth below a folder whose names are those of platforms. */
interface Layout {
  readonly name: string;
  /** Folders between the package and the platforms. */
  readonly inside: RegExp;
  /** Whether the platform and the architecture are two folders, one in the other. */
  readonly nested: boolean;
}

const layouts: readonly Layout[] = [
  { name: 'onnxruntime-node', inside: /^bin\/napi-v\d+$/, nested: true },
  { name: 'webgpu', inside: /^dist$/, nested: false },
];

const platforms = /^(?:linux|darwin|win32)-(?:x64|arm64|universal)$/;

/** The names of this platform's binaries. */
const isHere = (platform: string): boolean =>
  [process.arch, 'universal'].some((arch) => platform === `${process.platform}-${arch}`);

/**
 * Finds the binaries of the native packages that this package uses.
 *
 * @param from a file whose dependencies they are
 */
export async function findBinaries(from: string | URL): Promise<Binaries[]> {
  const all = await Promise.all(layouts.map((layout) => binariesOf(layout, from)));
  return all.flat();
}

async function binariesOf({ name, inside, nested }: Layout, from: string | URL): Promise<Binaries[]> {
  const folder = packageFolder(name, from);
  if (folder === undefined) return [];
  const found: Binaries[] = [];
  for (const parts of await foldersIn(folder, nested ? 4 : 2)) {
    const platform = parts.slice(nested ? -2 : -1).join('-');
    const before = parts.slice(0, nested ? -2 : -1).join('/');
    if (!inside.test(before) || !platforms.test(platform)) continue;
    const path = join(folder, ...parts);
    found.push({ package: name, platform, path, bytes: await sizeOf(path) });
  }
  return found;
}

/** Returns the folder of an installed package; undefined if it is not installed. */
function packageFolder(name: string, from: string | URL): string | undefined {
  let path: string;
  try {
    path = createRequire(from).resolve(name);
  } catch {
    return undefined;
  }
  const end = `${sep}node_modules${sep}${name}${sep}`;
  const at = path.lastIndexOf(end);
  return at < 0 ? undefined : path.slice(0, at + end.length - 1);
}

/** Lists the folders at a depth, each as the names on its way. */
async function foldersIn(folder: string, depth: number): Promise<string[][]> {
  if (depth === 0) return [[]];
  const entries = await readdir(folder, { withFileTypes: true });
  const lists = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
      .map(async ({ name }) =>
        (await foldersIn(join(folder, name), depth - 1)).map((rest) => [name, ...rest]),
      ),
  );
  return lists.flat();
}

/** Returns the bytes of the files in a folder. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * Returns the binaries for other platforms than this one.
 *
 * @throws FolderError for a package that has none for this platform: then the platform may not be what it seems
 */
export function othersOf(all: readonly Binaries[]): Binaries[] {
  for (const name of new Set(all.map((each) => each.package)))
    if (!all.some((each) => each.package === name && isHere(each.platform)))
      throw new FolderError(
        `${name} has no binaries for this platform (${process.platform}-${process.arch}), so nothing is removed; install it again`,
      );
  return all.filter(({ platform }) => !isHere(platform));
}

/** Removes the folders of binaries. @throws FolderError if one cannot be removed */
export async function removeBinaries(binaries: readonly Binaries[]): Promise<void> {
  for (const { path } of binaries)
    await rm(path, { recursive: true, force: true }).catch((error: unknown) => {
      throw asFolderError(error, `${path} could not be removed`);
    });
}
