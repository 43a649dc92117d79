import { environment, type NodeModules } from './node.ts';

/** Returns the folder in which Python's libraries store data of the hub: `HF_HOME`, or `~/.cache/huggingface`. */
export function cacheHome(node: NodeModules): string {
  const home = environment('HF_HOME');
  if (home !== undefined) return expandHome(node, home);
  const caches = environment('XDG_CACHE_HOME') ?? node.path.join(node.os.homedir(), '.cache');
  return node.path.join(expandHome(node, caches), 'huggingface');
}

/** Returns the folder of the cache: `HF_HUB_CACHE`, or `hub` in the home. */
export function cacheFolder(node: NodeModules): string {
  const named = environment('HF_HUB_CACHE') ?? environment('HUGGINGFACE_HUB_CACHE');
  return named === undefined ? node.path.join(cacheHome(node), 'hub') : expandHome(node, named);
}

/** Expands `~` in a path to the user's folder, because the shell may not expand it in a variable. */
export function expandHome(node: NodeModules, path: string): string {
  return path === '~' || path.startsWith('~/') ? node.path.join(node.os.homedir(), path.slice(1)) : path;
}
