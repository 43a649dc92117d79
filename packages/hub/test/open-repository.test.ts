import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { HubError } from '../src/errors.ts';
import { isInside, parseHubName } from '../src/hub-name.ts';
import { bytesOf, COMMIT, failure, MODEL, model, serveEach, weights } from './served.ts';

const data = { commit: 'da'.repeat(20), files: { 'rte/a.parquet': weights, 'rte/b.parquet': weights } };
const converted = { commit: 'cc'.repeat(20), files: { 'x/train/0000.parquet': weights } };
const served = serveEach({
  [MODEL]: model,
  'datasets/tiny/data': { ...data, revisions: { 'refs/convert/parquet': converted } },
  'tiny/gated': { ...model, refuse: [403, 'GatedRepo'] },
  'tiny/consent': { ...model, refuseFiles: [401, 'GatedRepo'] },
  'tiny/busy': { ...model, refuse: [503] },
  'tiny/token': { ...model, refuse: [401] },
});

describe('a repository on the hub', () => {
  test('is downloaded when it is asked for', async () => {
    expect(await served.load()).toEqual(weights);
    const repository = await served.open();
    expect(new TextDecoder().decode(await bytesOf(repository, 'sub/notes.txt'))).toBe('notes');
    expect(await bytesOf(repository, 'empty.txt')).toEqual(new Uint8Array(0));
    expect(repository.describe()).toBe('tiny/encoder@main');
    expect(await repository.get('nothing.json')).toBeUndefined();
    expect(await failure(repository.get('../secret'))).toMatchObject({ name: 'HubError', reason: 'name' });
  });

  test('tells how many bytes have arrived', async () => {
    const told: [string, number, number][] = [];
    const onDownload = (...call: [string, number, number]): void => void told.push(call);
    await served.load(MODEL, { onDownload });
    expect(told[0]).toEqual(['config.json', 21, 21]);
    expect(told.at(-1)).toEqual(['weights.bin', weights.length, weights.length]);
    expect(told.length).toBeGreaterThan(2);
    told.length = 0;
    await served.load(MODEL, { onDownload });
    expect(told).toEqual([]);
  });

  test('the second time, one request for the commit and none for a file', async () => {
    await served.load();
    served.hub.requests.length = 0;
    expect(await served.load()).toEqual(weights);
    expect(served.hub.requests).toEqual([`GET /api/models/${MODEL}/revision/main`]);
  });

  test('a commit that is cached needs no request', async () => {
    await served.load(`${MODEL}@${COMMIT}`);
    served.hub.requests.length = 0;
    expect(await served.load(`${MODEL}@${COMMIT}`)).toEqual(weights);
    expect(served.hub.requests).toEqual([]);
  });

  test('two loads at once do not disturb each other', async () => {
    expect(await Promise.all([served.load(), served.load()])).toEqual([weights, weights]);
    expect((await served.blobs()).filter((name) => /incomplete|part/.test(name))).toEqual([]);
  });

  test('nothing is printed', async () => {
    const spies = (['log', 'debug', 'info', 'warn', 'error'] as const).map((level) =>
      vi.spyOn(console, level),
    );
    await served.load();
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  test('a new commit is noticed, and only its changed files are fetched', async () => {
    await served.load();
    const changed = { ...model.files, 'config.json': new TextEncoder().encode('{"new":1}') };
    served.hub.repositories[MODEL] = { commit: 'cd'.repeat(20), files: changed };
    served.hub.requests.length = 0;
    expect(await served.load()).toEqual(weights);
    const bodies = served.hub.requests.filter((line) => line.includes('/resolve/'));
    expect(bodies.length).toBeGreaterThan(0);
    expect(bodies.every((line) => line.endsWith('config.json'))).toBe(true);
  });

  test('files of data sets and of other revisions are listed and fetched', async () => {
    const main = await served.open('tiny/data', { kind: 'dataset' });
    expect(await main.list('rte')).toEqual(['rte/a.parquet', 'rte/b.parquet']);
    expect(await main.list('rt')).toEqual([]);
    expect(await bytesOf(main, 'rte/a.parquet')).toEqual(weights);
    const branch = await served.open('tiny/data@refs/convert/parquet', { kind: 'dataset' });
    expect(await branch.list('x')).toEqual(['x/train/0000.parquet']);
    expect(await bytesOf(branch, 'x/train/0000.parquet')).toEqual(weights);
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
    const error = await failure(served.open(name, { retries: 0 }));
    expect(error).toBeInstanceOf(HubError);
    expect(error).toMatchObject({ reason });
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toContain(name);
  });

  test('a data set is called one', async () => {
    const error = await failure(served.open('tiny/absent', { kind: 'dataset' }));
    expect((error as Error).message).toMatch(/no such data set/);
  });

  test('a gated model that shows its list of files', async () => {
    const repository = await served.open('tiny/consent');
    expect(await repository.has('config.json')).toBe(true);
    expect(await failure(repository.get('config.json'))).toMatchObject({ name: 'HubError', reason: 'gated' });
  });

  test('no connection and nothing cached', async () => {
    await served.hub.close();
    const error = await failure(served.open());
    expect(error).toMatchObject({ reason: 'unreachable' });
    expect((error as Error).message).toMatch(/ECONNREFUSED.*HF_ENDPOINT/s);
  });

  test('a hash that is none cannot lead out of the cache', async () => {
    const lying: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (!String(input).includes('paths-info')) return response;
      return new Response((await response.text()).replace(/"oid":"\w+"/g, '"oid":"../../../evil"'), response);
    };
    const repository = await served.open(MODEL, { fetch: lying });
    const error = await failure(repository.get('config.json'));
    expect(error).toMatchObject({ name: 'HubError', reason: 'refused' });
  });

  test('an access token is sent, and one that cannot be right is refused', async () => {
    await (await served.open(MODEL, { accessToken: 'hf_test' })).get('config.json');
    expect(served.hub.authorization).toBe('Bearer hf_test');
    const error = await failure(served.open(MODEL, { accessToken: 'x' }));
    expect(error).toMatchObject({ reason: 'unauthorized' });
  });
});

describe('a busy hub', () => {
  test('is asked again, as late as it says', async () => {
    served.hub.answers.push({ status: 429, headers: { 'retry-after': '1' } }, { status: 503 });
    const start = performance.now();
    expect(await served.load()).toEqual(weights);
    expect(performance.now() - start).toBeGreaterThan(1200);
  });

  test('that asks to wait for very long is an error that says for how long', async () => {
    served.hub.answers.push({ status: 429, headers: { 'retry-after': '3600' } });
    const error = await failure(served.open());
    expect(error).toMatchObject({ reason: 'refused' });
    expect((error as Error).message).toMatch(/429.*3600 seconds.*HF_TOKEN/);
  });
});

describe('in a browser', () => {
  beforeEach(() => void vi.stubGlobal('process', undefined));
  afterEach(() => void vi.unstubAllGlobals());

  test('files are fetched directly, and only the parts that are read', async () => {
    const { url, requests } = served.hub;
    const repository = await served.open(MODEL, { endpoint: url, accessToken: 'hf_test' });
    expect(await repository.has('nothing')).toBe(false);
    expect(await repository.get('nothing')).toBeUndefined();
    expect(await bytesOf(repository, 'empty.txt')).toEqual(new Uint8Array(0));
    const blob = (await repository.get('weights.bin')) as Blob;
    expect(blob.size).toBe(weights.length);
    const part = new Uint8Array(await blob.slice(1000, 1010).arrayBuffer());
    expect(part).toEqual(weights.slice(1000, 1010));
    expect(requests.at(-1)).toMatch(/ bytes=1000-1009$/);
    expect(served.hub.authorization).toBe('Bearer hf_test');
    expect(await failure(served.open('tiny/gated'))).toMatchObject({ reason: 'gated' });
  });

  test('the files of a folder are listed', async () => {
    const repository = await served.open('tiny/data', { kind: 'dataset' });
    expect(await repository.list('rte')).toEqual(['rte/a.parquet', 'rte/b.parquet']);
    expect(await bytesOf(repository, 'rte/b.parquet')).toEqual(weights);
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

  test('of files stay inside', () => {
    expect(['a', 'a/b.c', '..a/b'].filter(isInside)).toEqual(['a', 'a/b.c', '..a/b']);
    expect(['', '/a', 'a/', '../a', 'a/../b', './a', 'C:a', 'a\\b', 'a\0'].filter(isInside)).toEqual([]);
  });
});
