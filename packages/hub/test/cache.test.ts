import { createHash, randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, readlink, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { HubError } from '../src/errors.ts';
import { nodeModules } from '../src/node.ts';
import { openRepository } from '../src/open-repository.ts';
import { bytesOf, COMMIT, failure, MODEL, model, serveEach, weights } from './served.ts';

const served = serveEach({ [MODEL]: model });
const etag = createHash('sha256').update(weights).digest('hex');
const folder = (): string => join(served.cacheDir, 'models--tiny--encoder');

/** The requests for bodies of the large file, from which byte on each. */
const begins = (): number[] =>
  served.hub.requests
    .filter((line) => line.includes('/resolve/') || line.includes('/elsewhere/'))
    .filter((line) => line.includes('weights.bin') || line.includes(etag))
    .map((line) => Number(/bytes=(\d+)-/.exec(line)?.[1] ?? 0));

describe('the cache', () => {
  test("has the layout of Python's huggingface_hub", async () => {
    await served.load();
    expect(await (await served.open()).has('tokenizer_config.json')).toBe(false);
    expect(await readFile(join(folder(), 'refs', 'main'), 'utf8')).toBe(COMMIT);
    const pointer = join(folder(), 'snapshots', COMMIT, 'weights.bin');
    expect((await lstat(pointer)).isSymbolicLink()).toBe(true);
    expect(await readlink(pointer)).toMatch(/^\.\.\/\.\.\/blobs\/[0-9a-f]{64}$/);
    expect(await readlink(join(folder(), 'snapshots', COMMIT, 'config.json'))).toMatch(/\/[0-9a-f]{40}$/);
    expect(await readdir(join(folder(), '.no_exist', COMMIT))).toEqual(['tokenizer_config.json']);
  });

  test('is found by HF_HUB_CACHE and by HF_HOME, the hub by HF_ENDPOINT', async () => {
    vi.stubEnv('HF_ENDPOINT', `${served.hub.url}/`);
    vi.stubEnv('HF_HUB_CACHE', served.cacheDir);
    await (await openRepository(MODEL, { kind: 'model' })).get('config.json');
    expect(await served.blobs()).toHaveLength(1);

    vi.stubEnv('HF_HUB_CACHE', undefined);
    vi.stubEnv('HUGGINGFACE_HUB_CACHE', undefined);
    vi.stubEnv('HF_HOME', join(served.cacheDir, 'home'));
    await (await openRepository(MODEL, { kind: 'model' })).get('config.json');
    expect(await readdir(join(served.cacheDir, 'home', 'hub'))).toEqual(['models--tiny--encoder']);
  });

  test('serves without a connection', async () => {
    await served.load();
    await served.hub.close();
    expect(await served.load()).toEqual(weights);
    const repository = await served.open();
    expect(repository.describe()).toContain('offline');
    expect(await repository.get('sub/notes.txt')).toBeUndefined();
  });

  test('serves alone when downloads are switched off, and lists what it has', async () => {
    expect(await failure(served.open(MODEL, { offline: true }))).toMatchObject({ reason: 'offline' });
    await served.load();
    await (await served.open()).get('sub/notes.txt');
    served.hub.requests.length = 0;
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    expect(await served.load()).toEqual(weights);
    const repository = await served.open();
    expect(await repository.list('sub')).toEqual(['sub/notes.txt']);
    expect(await repository.list('nothing')).toEqual([]);
    expect(served.hub.requests).toEqual([]);
  });

  test('that does not say which commit is meant serves the only one it has', async () => {
    await served.load();
    await rm(join(folder(), 'refs'), { recursive: true });
    expect(await served.load(MODEL, { offline: true })).toEqual(weights);
    expect(await served.load(`${MODEL}@${COMMIT}`, { offline: true })).toEqual(weights);
    expect(await failure(served.open(`${MODEL}@v1`, { offline: true }))).toMatchObject({ reason: 'offline' });
    await served.hub.close();
    expect(await served.load()).toEqual(weights);

    const other = 'cd'.repeat(20);
    await mkdir(join(folder(), 'snapshots', other));
    const error = (await failure(served.open(MODEL, { offline: true }))) as Error;
    expect(error).toMatchObject({ reason: 'offline' });
    expect(error.message).toContain(other);
  });

  test('on a file system without links holds copies', async () => {
    const { fs } = nodeModules()!;
    const refused = Object.assign(new Error('EPERM: operation not permitted, symlink'), { code: 'EPERM' });
    vi.spyOn(fs, 'symlink').mockRejectedValue(refused);
    expect(await served.load()).toEqual(weights);
    expect((await lstat(join(folder(), 'snapshots', COMMIT, 'weights.bin'))).isFile()).toBe(true);
    vi.spyOn(fs, 'copyFile').mockRejectedValue(refused);
    const error = (await failure((await served.open()).get('sub/notes.txt'))) as Error;
    expect(error).toMatchObject({ reason: 'cache' });
    expect(error.message).toContain('permission is denied');
    vi.restoreAllMocks();
  });

  test('that cannot be written is a typed error', async () => {
    await writeFile(join(served.cacheDir, 'file'), '');
    const repository = await served.open(MODEL, { cacheDir: join(served.cacheDir, 'file') });
    const error = await failure(repository.get('config.json'));
    expect(error).toBeInstanceOf(HubError);
    expect(error).toMatchObject({ reason: 'cache' });
    expect((error as Error).message).toContain('HF_HUB_CACHE');
  });
});

describe('a broken connection', () => {
  test('is taken up where it broke', async () => {
    served.hub.script.push('send', 'break', 'break', 'send'); // the first body is config.json
    expect(await served.load()).toEqual(weights);
    const [first, ...later] = begins();
    expect(first).toBe(0);
    expect(later.filter((begin) => begin > 0).length).toBe(2);
    expect(await served.blobs()).toHaveLength(2);
  });

  test('is taken up by the next attempt where this one gives up', async () => {
    const repository = await served.open(MODEL, { retries: 0 });
    served.hub.behavior = 'break';
    expect(await failure(repository.get('weights.bin'))).toMatchObject({ reason: 'unreachable' });
    expect(await served.blobs()).toEqual([`${etag}.part`]);
    served.hub.behavior = 'send';
    served.hub.requests.length = 0;
    expect(await served.load()).toEqual(weights);
    expect(begins().some((begin) => begin > 0)).toBe(true);
    expect((await served.blobs()).some((name) => name.includes('.'))).toBe(false);
  });

  test('a server that ignores ranges sends all again', async () => {
    served.hub.ignoresRanges = true;
    served.hub.script.push('send', 'break', 'send', 'send');
    // What came is not the rest, and not taken for it.
    expect(await served.load()).toEqual(weights);
    expect(begins()).toEqual([0, 200_000]);
  });

  test('large files come from another host, which does not see the access token', async () => {
    served.hub.redirects = true;
    served.hub.script.push('send', 'break');
    expect(await served.load(MODEL, { accessToken: 'hf_test' })).toEqual(weights);
    expect(served.hub.authorization).toBe('Bearer hf_test');
    expect(served.hub.authorizationElsewhere).toBeUndefined();
    expect(served.hub.requests.some((line) => /elsewhere.* bytes=\d+/.test(line))).toBe(true);
  });
});

describe('a bad download leaves nothing that is later taken as whole', () => {
  test.each([
    ['break', 'unreachable'],
    ['cut', 'damaged'],
    ['corrupt', 'damaged'],
    ['lengthen', 'damaged'],
  ] as const)('%s', async (behavior, reason) => {
    const repository = await served.open(MODEL, { retries: 0 });
    served.hub.behavior = behavior;
    for (const name of ['weights.bin', 'config.json']) {
      expect(await failure(repository.get(name))).toMatchObject({ name: 'HubError', reason });
    }
    expect((await served.blobs()).filter((name) => !name.endsWith('.part'))).toEqual([]);
    served.hub.behavior = 'send';
    expect(await served.load()).toEqual(weights);
  });

  test('a part that is not of the file is thrown away', async () => {
    await mkdir(join(folder(), 'blobs'), { recursive: true });
    for (const length of [5000, weights.length, weights.length + 1]) {
      await writeFile(join(folder(), 'blobs', `${etag}.part`), new Uint8Array(length));
      expect(await served.load()).toEqual(weights);
      await rm(join(folder(), 'blobs', etag));
    }
  });

  test('the half file of a running process is not touched, that of a killed one is continued', async () => {
    const half = join(folder(), 'blobs', `${etag}.${randomUUID()}.incomplete`);
    await mkdir(join(folder(), 'blobs'), { recursive: true });
    await writeFile(half, weights.subarray(0, 5000));
    expect(await served.load()).toEqual(weights);
    expect(begins().filter((begin) => begin > 0)).toEqual([]);
    expect(await readFile(half)).toHaveLength(5000);

    await rm(join(folder(), 'blobs', etag));
    const longAgo = new Date(Date.now() - 3_600_000);
    await utimes(half, longAgo, longAgo);
    expect(await bytesOf(await served.open(), 'weights.bin')).toEqual(weights);
    expect(begins().filter((begin) => begin > 0)).toEqual([5000]);
    expect((await served.blobs()).some((name) => name.includes('.'))).toBe(false);
  });
});
