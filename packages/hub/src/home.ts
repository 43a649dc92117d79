import { environment, type NodeModules } from './node.ts';

/** The folder of everything that Python's libraries keep of the hub: `HF_HOME`, else `~/.cache/huggingface`. */
export function cacheHome(node: NodeModules): string {
  const home = environment('HF_HOME');
  if (home !== undefined) return expandHome(node, home);
  const caches = environment('XDG_CACHE_HOME') ?? node.path.join(node.os.homedir(), '.cache');
  return node.path.join(expandHome(node, caches), 'huggingface');
}

/** The folder of the cache: `HF_HUB_CACHE`, else `hub` in the home. */
export function cacheFolder(node: NodeModules): string {
  const named = environment('HF_HUB_CACHE') ?? environment('HUGGINGFACE_HUB_CACHE');
  return named === undefined ? node.path.join(cacheHome(node), 'hub') : expandHome(node, named);
}

/** A path whose `~` is the user's folder: in a variable the shell may have left it as it is. */
export function expandHome(node: NodeModules, path: string): string {
  return path === '~' || path.startsWith('~/') ? node.path.join(node.os.homedir(), path.slice(1)) : path;
}
