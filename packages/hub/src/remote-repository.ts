import { checkInside, type HubName } from './hub-name.ts';
import type { HubRemote } from './hub-remote.ts';
import type { Repository } from './repository.ts';

/** Returns a repository without a cache, for browsers. Files are fetched when they are read. */
export function remoteRepository(name: HubName, commit: string, remote: HubRemote): Repository {
  return {
    describe: () => name.label,
    isOffline: false,
    has: async (path) => {
      checkInside(name, path);
      return (await remote.find(commit, path)) !== undefined;
    },
    size: async (path) => {
      checkInside(name, path);
      return (await remote.find(commit, path))?.size;
    },
    list: async (folder) => {
      if (folder !== '') checkInside(name, folder);
      return [...(await remote.list(commit, folder))].sort();
    },
    get: async (path) => {
      checkInside(name, path);
      const file = await remote.find(commit, path);
      return file && (file.size === 0 ? new Blob([]) : remote.blob(commit, path, file));
    },
  };
}
