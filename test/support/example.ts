// An example as users have it: its folder copied out of the repository, with the packages in node_modules.
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './repository.ts';

/** Why examples cannot run here; undefined if they can. */
export const examplesNeed: string | undefined = existsSync(
  join(root, 'packages/assets-mini/encoder/config.json'),
)
  ? undefined
  : 'packages/assets-mini has no encoder yet; its script makes it';

/** Copies an example. Its imports are links to this repository's node_modules. */
export function copyExample(name: string): { readonly folder: string; [Symbol.dispose](): void } {
  const parent = mkdtempSync(join(tmpdir(), 'scalearn-example-'));
  const folder = join(parent, name);
  const source = join(root, 'examples', name);
  const isGenerated = (path: string) => /[\\/](node_modules|dist|merged|model)$/.test(path);
  cpSync(source, folder, { recursive: true, filter: (path) => !isGenerated(path) });
  symlinkSync(join(root, 'node_modules'), join(parent, 'node_modules'));
  return { folder, [Symbol.dispose]: () => rmSync(parent, { recursive: true }) };
}
