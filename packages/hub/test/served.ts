import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';
import { type HubRepository, type HubServer, startHubServer } from '../../../test/support/hub-server.ts';
import type { RepositoryKind } from '../src/hub-name.ts';
import { type HubOptions, openRepository } from '../src/open-repository.ts';
import type { Repository } from '../src/repository.ts';

export const COMMIT: string = 'ab'.repeat(20);
export const MODEL = 'tiny/encoder';

/** Of a size that is stored as a large file, and more than one chunk. */
export const weights: Uint8Array = Uint8Array.from({ length: 400_000 }, (_, i) => i % 251);

export const model: HubRepository = {
  commit: COMMIT,
  files: {
    'config.json': new TextEncoder().encode('{"model_type":"bert"}'),
    'empty.txt': new Uint8Array(0),
    'sub/notes.txt': new TextEncoder().encode('notes'),
    'weights.bin': weights,
  },
};

/** A hub with a cache, both new for every test. */
export interface Served {
  hub: HubServer;
  cacheDir: string;
  options: HubOptions;
  open(name?: string, more?: HubOptions & { readonly kind?: RepositoryKind }): Promise<Repository>;
  /** What a loader does: everything is fetched. */
  load(name?: string, more?: HubOptions): Promise<Uint8Array>;
  /** Names of the files in `blobs/`. */
  blobs(): Promise<string[]>;
}

/** A new hub and cache before each test; the properties are set then. */
export function serveEach(repositories: Record<string, HubRepository>): Served {
  const served = {
    async open(name = MODEL, more = {}) {
      return openRepository(name, { kind: 'model', ...served.options, ...more });
    },
    async load(name, more) {
      const repository = await served.open(name, more);
      await bytesOf(repository, 'config.json');
      return bytesOf(repository, 'weights.bin');
    },
    blobs: () => readdir(join(served.cacheDir, 'models--tiny--encoder', 'blobs')).catch(() => []),
  } as Served;
  beforeEach(async () => {
    served.hub = await startHubServer({ ...repositories });
    served.cacheDir = await mkdtemp(join(tmpdir(), 'scalearn-hub-'));
    // Whoever runs the tests may be signed in.
    vi.stubEnv('HF_TOKEN_PATH', join(served.cacheDir, 'token'));
    served.options = { endpoint: served.hub.url, cacheDir: served.cacheDir };
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await served.hub.close();
    await rm(served.cacheDir, { recursive: true });
  });
  return served;
}

export async function bytesOf(repository: Repository, name: string): Promise<Uint8Array> {
  const found = await repository.get(name);
  if (found === undefined) throw new Error(`${name} is not there`);
  return new Uint8Array(typeof found === 'string' ? await readFile(found) : await found.arrayBuffer());
}

export const failure = async (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
