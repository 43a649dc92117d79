import { access, readFile } from 'node:fs/promises';
import { extname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '../errors.ts';
import { checkConfig } from './check-config.ts';
import { plainSetup, type Setup } from './setup.ts';

const names = ['scalearn.config.ts', 'scalearn.config.js', 'scalearn.config.json'] as const;

/**
 * Loads the named configuration file, or the one in the current folder if there is one.
 *
 * @throws UsageError that names the file, if it is missing, cannot be loaded or is not valid
 */
export async function loadSetup(config: string | undefined, folder: string = process.cwd()): Promise<Setup> {
  const file = config === undefined ? await findConfig(folder) : resolve(folder, config);
  if (file === undefined) return plainSetup;
  const name = relative(folder, file) || file;
  if (!(await isThere(file)))
    throw new UsageError(`there is no file ${name}; --config takes a scalearn.config.ts, .js or .json`);
  return { ...checkConfig(await loadFile(file, name), name), file };
}

async function findConfig(folder: string): Promise<string | undefined> {
  const found: string[] = [];
  for (const name of names) if (await isThere(join(folder, name))) found.push(name);
  if (found.length > 1)
    throw new UsageError(
      `there are ${found.join(' and ')}; keep one of them, or say which with --config before the command`,
    );
  return found[0] === undefined ? undefined : join(folder, found[0]);
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function loadFile(file: string, name: string): Promise<unknown> {
  const extension = extname(file);
  if (/^\.[mc]?ts$/.test(extension) && !stripsTypes())
    throw new UsageError(
      `${name} is TypeScript, which Node ${process.versions.node} does not run; use Node 22.18 or newer, or write it as scalearn.config.js`,
    );
  try {
    if (extension === '.json') return JSON.parse(await readFile(file, 'utf8'));
    const module: unknown = await import(/* @vite-ignore */ pathToFileURL(file).href);
    return (module as { readonly default?: unknown }).default;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${name} could not be loaded: ${why}`, { cause: error });
  }
}

/** Returns whether the runtime can run TypeScript files. */
function stripsTypes(): boolean {
  const { typescript } = process.features as { readonly typescript?: false | string };
  return 'Deno' in globalThis || Boolean(typescript);
}
