import { HubError, type HubOptions, nodeModules, openRepository, type Repository } from '@scalearn/hub';
import { UnreadableFileError } from '../errors.ts';
import type { FileSource } from '../source.ts';

/** The branch to which the hub converts data sets without parquet files. */
const CONVERTED = 'refs/convert/parquet';

/**
 * Opens a data set of the Hugging Face hub through the cache shared with Python. If a folder has no parquet files, the
 * files of the hub's conversion branch are used.
 *
 * @param name `owner/name`, or `owner/name@revision`; with a revision only that revision is read
 */
export function hubSource(name: string, options: HubOptions = {}): FileSource {
  let isOffline = false;
  const open = async (revision: string): Promise<Repository> => {
    const repository = await openRepository(revision, { ...options, kind: 'dataset' });
    isOffline ||= repository.isOffline;
    return repository;
  };
  const main = lazy(() => open(name));
  const converted = lazy(() =>
    open(`${name}@${CONVERTED}`).catch((error: unknown) => {
      // A branch missing in the cache is reported as missing files.
      const isMissing = error instanceof HubError && (error.reason === 'not-found' || isOffline);
      if (!isMissing) throw error;
    }),
  );
  const folders = new Map<string, Promise<Listing>>();

  async function list(folder: string): Promise<Listing> {
    const own = await (await main()).list(folder);
    if (name.includes('@') || own.some((path) => path.endsWith('.parquet')))
      return { paths: own, repository: await main() };
    const repository = await converted();
    return repository
      ? { paths: await repository.list(folder), repository }
      : { paths: own, repository: await main() };
  }
  const listed = (folder: string): Promise<Listing> => {
    const known = folders.get(folder) ?? list(folder);
    folders.set(folder, known);
    return known;
  };

  return {
    describe: () => `the data set ${name} ${isOffline ? offline : 'of the hub'}`,
    list: async (folder) => (await listed(folder)).paths,
    async read(path) {
      const [folder = ''] = path.split('/', 1);
      const known = await folders.get(folder);
      const repository = known?.paths.includes(path) ? known.repository : await main();
      const found = await repository.get(path);
      if (typeof found !== 'string')
        return found && new Uint8Array(await found.arrayBuffer().catch((cause) => fail(path, cause)));
      return nodeModules()!
        .fs.readFile(found)
        .catch((cause) => fail(path, cause));
    },
  };
}

const offline = 'in the cache (go online once, without HF_HUB_OFFLINE, to download the rest)';

interface Listing {
  readonly paths: readonly string[];
  /** The repository that holds the files. */
  readonly repository: Repository;
}

/** Returns a function that calls `make` once, on first use, and then returns the same result. */
function lazy<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function fail(path: string, cause: unknown): never {
  throw new UnreadableFileError(path, (cause as Error).message, cause);
}
