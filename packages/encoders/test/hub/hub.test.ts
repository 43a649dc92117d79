import { createHash, randomUUID } from 'node:crypto';
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSafetensors } from '@scalearn/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openCheckpoint } from '../../src/folder/checkpoint.ts';
import { UnreadableModelFileError } from '../../src/folder/errors.ts';
import { HubError } from '../../src/hub/errors.ts';
import { parseHubName } from '../../src/hub/hub-name.ts';
import { type HubOptions, openHub } from '../../src/hub/open-hub.ts';
import { openModelFiles } from '../../src/hub/open-model-files.ts';
import { type HubModel, type HubServer, startHubServer } from './hub-server.ts';

const COMMIT = 'ab'.repeat(20);
const MODEL = 'tiny/encoder';
const weights = Float32Array.from({ length: 100_000 }, (_, i) => i);
const model: HubModel = {
  commit: COMMIT,
  files: {
    'config.json': new TextEncoder().encode('{"model_type":"bert"}'),
    'empty.txt': new Uint8Array(0),
    'sub/notes.txt': new TextEncoder().encode('notes'),
    'model.safetensors': writeSafetensors([['w', { shape: [weights.length], data: weights }]]),
  },
};

let hub: HubServer;
let cacheDir = '';
let options: HubOptions;

beforeEach(async () => {
  hub = await startHubServer({
    [MODEL]: model,
    'tiny/gated': { ...model, refuse: [403, 'GatedRepo'] },
    'tiny/consent': { ...model, refuseFiles: [401, 'GatedRepo'] },
    'tiny/busy': { ...model, refuse: [503] },
    'tiny/token': { ...model, refuse: [401] },
  });
  cacheDir = await mkdtemp(join(tmpdir(), 'scalearn-hub-'));
  options = { endpoint: hub.url, cacheDir };
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.close();
  await rm(cacheDir, { recursive: true });
});

const failure = async (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.catch((error: unknown) => error);
const blobs = () => readdir(join(cacheDir, 'models--tiny--encoder', 'blobs')).catch(() => []);

/** What a loader does. */
async function load(name: string = MODEL, more: HubOptions = {}): Promise<Float32Array> {
  const files = await openHub(name, { ...options, ...more });
  expect(await files.text('config.json')).toBe('{"model_type":"bert"}');
  expect(await files.has('tokenizer_config.json')).toBe(false);
  return (await openCheckpoint(files)).readFloat32('w');
}

describe('a model on the hub', () => {
  test('is downloaded when it is asked for', async () => {
    expect(await load()).toEqual(weights);
    const files = await openHub(MODEL, options);
    expect(await files.text('sub/notes.txt')).toBe('notes');
    expect(await files.text('empty.txt')).toBe('');
    expect(files.describe()).toBe('tiny/encoder@main');
    await expect(files.text('nothing.json')).rejects.toMatchObject({ looked: ['nothing.json'] });
    await expect(files.text('../secret')).rejects.toBeInstanceOf(UnreadableModelFileError);
  });

  test('tells how many bytes have arrived', async () => {
    const told: [string, number, number][] = [];
    const onDownload = (...call: [string, number, number]): void => void told.push(call);
    await load(MODEL, { onDownload });
    const { length } = model.files['model.safetensors'] as Uint8Array;
    expect(told[0]).toEqual(['config.json', 21, 21]);
    expect(told.at(-1)).toEqual(['model.safetensors', length, length]);
    expect(told.length).toBeGreaterThan(2);
    told.length = 0;
    await load(MODEL, { onDownload });
    expect(told).toEqual([]);
  });

  test('the second time, one request for the commit and none for a file', async () => {
    await load();
    hub.requests.length = 0;
    expect(await load()).toEqual(weights);
    expect(hub.requests).toEqual([`GET /api/models/${MODEL}/revision/main`]);
  });

  test('a commit that is cached needs no request', async () => {
    await load(`${MODEL}@${COMMIT}`);
    hub.requests.length = 0;
    expect(await load(`${MODEL}@${COMMIT}`)).toEqual(weights);
    expect(hub.requests).toEqual([]);
  });

  test('two loads at once do not disturb each other', async () => {
    expect(await Promise.all([load(), load()])).toEqual([weights, weights]);
    expect((await blobs()).filter((name) => name.endsWith('.incomplete'))).toEqual([]);
  });

  test('nothing is printed', async () => {
    const spies = (['log', 'debug', 'info', 'warn', 'error'] as const).map((level) =>
      vi.spyOn(console, level),
    );
    await load();
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  test('a new commit is noticed, and only its changed files are fetched', async () => {
    await load();
    const changed = { ...model.files, 'config.json': new TextEncoder().encode('{"new":1}') };
    hub.models[MODEL] = { commit: 'cd'.repeat(20), files: changed };
    hub.requests.length = 0;
    const files = await openHub(MODEL, options);
    expect(await files.text('config.json')).toBe('{"new":1}');
    expect(await (await openCheckpoint(files)).readFloat32('w')).toEqual(weights);
    expect(
      hub.requests.filter((line) => line.includes('/resolve/')).every((line) => line.endsWith('config.json')),
    ).toBe(true);
  });
});

describe('the cache', () => {
  test("has the layout of Python's huggingface_hub", async () => {
    await load();
    const folder = join(cacheDir, 'models--tiny--encoder');
    expect(await readFile(join(folder, 'refs', 'main'), 'utf8')).toBe(COMMIT);
    const pointer = join(folder, 'snapshots', COMMIT, 'model.safetensors');
    expect((await lstat(pointer)).isSymbolicLink()).toBe(true);
    expect(await readlink(pointer)).toMatch(/^\.\.\/\.\.\/blobs\/[0-9a-f]{64}$/);
    expect(await readlink(join(folder, 'snapshots', COMMIT, 'config.json'))).toMatch(/\/[0-9a-f]{40}$/);
    expect(await readdir(join(folder, '.no_exist', COMMIT))).toEqual(['tokenizer_config.json']);
  });

  test('is found by HF_HUB_CACHE and by HF_HOME, the hub by HF_ENDPOINT', async () => {
    vi.stubEnv('HF_ENDPOINT', `${hub.url}/`);
    vi.stubEnv('HF_HUB_CACHE', cacheDir);
    await (await openHub(MODEL)).text('config.json');
    expect(await blobs()).toHaveLength(1);

    vi.stubEnv('HF_HUB_CACHE', undefined);
    vi.stubEnv('HUGGINGFACE_HUB_CACHE', undefined);
    vi.stubEnv('HF_HOME', join(cacheDir, 'home'));
    await (await openHub(MODEL)).text('config.json');
    expect(await readdir(join(cacheDir, 'home', 'hub'))).toEqual(['models--tiny--encoder']);
  });

  test('serves without a connection', async () => {
    await load();
    await hub.close();
    expect(await load()).toEqual(weights);
    const files = await openHub(MODEL, options);
    expect(files.describe()).toContain('offline');
    expect(await failure(files.text('sub/notes.txt'))).toMatchObject({ name: 'MissingModelFileError' });
  });

  test('serves alone when downloads are switched off', async () => {
    expect(await failure(openHub(MODEL, { ...options, offline: true }))).toMatchObject({ reason: 'offline' });
    await load();
    hub.requests.length = 0;
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    expect(await load()).toEqual(weights);
    expect(hub.requests).toEqual([]);
  });

  test('that cannot be written is a typed error', async () => {
    await writeFile(join(cacheDir, 'file'), '');
    const files = await openHub(MODEL, { ...options, cacheDir: join(cacheDir, 'file') });
    const error = await failure(files.text('config.json'));
    expect(error).toBeInstanceOf(HubError);
    expect(error).toMatchObject({ reason: 'cache' });
    expect((error as Error).message).toContain('HF_HUB_CACHE');
  });
});

describe('a bad download leaves nothing that is later taken as whole', () => {
  test.each([
    ['break', 'unreachable'],
    ['cut', 'damaged'],
    ['corrupt', 'damaged'],
  ] as const)('%s', async (behaviour, reason) => {
    const files = await openHub(MODEL, options);
    hub.behaviour = behaviour;
    for (const name of ['model.safetensors', 'config.json']) {
      expect(await failure(files.source(name))).toMatchObject({ name: 'HubError', reason });
    }
    expect(await blobs()).toEqual([]);
    hub.behaviour = 'send';
    expect(await load()).toEqual(weights);
  });

  test('the half file of a killed process is not taken either', async () => {
    const bytes = model.files['model.safetensors']!;
    const etag = createHash('sha256').update(bytes).digest('hex');
    const folder = join(cacheDir, 'models--tiny--encoder', 'blobs');
    await mkdir(folder, { recursive: true });
    for (const name of [`${etag}.incomplete`, `${etag}.${randomUUID()}.incomplete`]) {
      await writeFile(join(folder, name), bytes.subarray(0, 5000));
    }
    expect(await load()).toEqual(weights);
  });
});

describe('what the hub refuses is a typed error that says what to do', () => {
  test.each<[string, string, RegExp]>([
    ['tiny/absent', 'not-found', /spelling/],
    [`${MODEL}@v9`, 'not-found', /revision/],
    ['tiny/gated', 'gated', /HF_TOKEN/],
    ['tiny/token', 'unauthorized', /HF_TOKEN/],
    ['tiny/busy', 'refused', /503/],
    ['not a name', 'name', /owner\/name/],
  ])('%s: %s', async (name, reason, message) => {
    const error = await failure(openHub(name, options));
    expect(error).toBeInstanceOf(HubError);
    expect(error).toMatchObject({ reason });
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toContain(name);
  });

  test('a gated model that shows its list of files', async () => {
    const files = await openHub('tiny/consent', options);
    expect(await files.has('config.json')).toBe(true);
    expect(await failure(files.text('config.json'))).toMatchObject({ name: 'HubError', reason: 'gated' });
  });

  test('no connection and nothing cached', async () => {
    await hub.close();
    const error = await failure(openHub(MODEL, options));
    expect(error).toMatchObject({ reason: 'unreachable' });
    expect((error as Error).message).toMatch(/ECONNREFUSED.*HF_ENDPOINT/s);
  });

  test('a hash that is none cannot lead out of the cache', async () => {
    const lying: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (!String(input).includes('paths-info')) return response;
      return new Response((await response.text()).replace(/"oid":"\w+"/g, '"oid":"../../../evil"'), response);
    };
    const files = await openHub(MODEL, { ...options, fetch: lying });
    expect(await failure(files.text('config.json'))).toMatchObject({ name: 'HubError', reason: 'refused' });
  });

  test('an access token is sent, and one that cannot be right is refused', async () => {
    await (await openHub(MODEL, { ...options, accessToken: 'hf_test' })).text('config.json');
    expect(hub.authorization).toBe('Bearer hf_test');
    expect(await failure(openHub(MODEL, { ...options, accessToken: 'x' }))).toMatchObject({
      reason: 'unauthorized',
    });
  });
});

describe('in a browser', () => {
  beforeEach(() => void vi.stubGlobal('process', undefined));
  afterEach(() => void vi.unstubAllGlobals());

  test('files are fetched directly, weights by ranges', async () => {
    const files = await openHub(`${MODEL}@${COMMIT}`, { endpoint: hub.url, accessToken: 'hf_test' });
    expect(await files.text('config.json')).toBe('{"model_type":"bert"}');
    expect(await files.has('nothing')).toBe(false);
    expect(await (await openCheckpoint(files)).readFloat32('w')).toEqual(weights);
    expect(hub.authorization).toBe('Bearer hf_test');
    expect(
      await failure((await openHub('tiny/gated', { endpoint: hub.url })).text('config.json')),
    ).toMatchObject({
      reason: 'gated',
    });
  });
});

describe('names', () => {
  test('owner, name and revision', () => {
    expect(parseHubName('FacebookAI/roberta-base')).toMatchObject({
      repo: 'FacebookAI/roberta-base',
      revision: 'main',
    });
    expect(parseHubName('a/b@refs/pr/1')).toMatchObject({ repo: 'a/b', revision: 'refs/pr/1' });
    expect(parseHubName('bert-base-uncased').repo).toBe('bert-base-uncased');
  });

  test.each(['', '../models/x', '/abs/path', './x', 'a/b/c', 'a b', 'a/b@', 'a/b@../x', 'a/b@c@d', 'a--b/c'])(
    '%j is none',
    (name) => {
      expect(() => parseHubName(name)).toThrow(HubError);
    },
  );

  test('a folder comes before a name, a path that leads nowhere is one', async () => {
    expect((await openModelFiles(cacheDir, options)).describe()).toBe(cacheDir);
    expect((await openModelFiles(MODEL, options)).describe()).toBe('tiny/encoder@main');
    await expect(openModelFiles('../no/such/folder', options)).rejects.toThrow(
      /no folder \.\.\/no\/such\/folder/,
    );
  });
});
