import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { type Answer, answering, json, list, load, served } from './hostile-hub.ts';
import { bytesOf, failure, MODEL, weights } from './served.ts';

describe('a hub that stalls', () => {
  const waits: Record<string, [RegExp, Answer]> = {
    'before the answer': [/revision/, () => {}],
    'in the middle of an answer': [
      /paths-info/,
      (_, response) => void response.setHeader('content-type', 'application/json').write('['),
    ],
    'in the middle of a file': [
      /resolve/,
      (_, response) => void response.setHeader('content-length', '21').write('{'),
    ],
  };

  test.each(Object.keys(waits))('%s is given up', async (name) => {
    answering(...waits[name]!);
    vi.stubEnv('HF_HUB_DOWNLOAD_TIMEOUT', '0.1');
    const start = performance.now();
    const error = (await failure(served.load(MODEL, { retries: 1 }))) as Error;
    expect(error).toMatchObject({ name: 'HubError', reason: 'unreachable' });
    expect(error.message).toContain('HF_HUB_DOWNLOAD_TIMEOUT');
    expect(performance.now() - start).toBeLessThan(3000);
    expect(served.hub.requests.filter((line) => line.match(waits[name]![0]))).toHaveLength(2);
  });

  test.each(Object.keys(waits))('%s is left at once by the signal', async (name) => {
    answering(...waits[name]!);
    const controller = new AbortController();
    const reason = new Error('stopped');
    const loading = failure(served.load(MODEL, { signal: controller.signal }));
    await vi.waitFor(() =>
      expect(served.hub.requests.some((line) => line.match(waits[name]![0]))).toBe(true),
    );
    const start = performance.now();
    controller.abort(reason);
    expect(await loading).toBe(reason);
    expect(performance.now() - start).toBeLessThan(500);
  });

  test('for a moment is asked again', async () => {
    let asked = 0;
    served.hub.intercept = () => ++asked === 1;
    expect(await served.load(MODEL, { timeout: 100 })).toEqual(weights);
  });

  test('a wait between two attempts ends by the signal', async () => {
    served.hub.answers.push({ status: 503, headers: { 'retry-after': '50' } });
    const reason = new Error('stopped');
    const start = performance.now();
    const signal = AbortSignal.timeout(100);
    expect(await failure(served.load(MODEL, { signal }))).toBe(signal.reason);
    expect(performance.now() - start).toBeLessThan(3000);
    expect(await failure(served.load(MODEL, { signal: AbortSignal.abort(reason) }))).toBe(reason);
  });

  test('a timeout that is none is refused', async () => {
    vi.stubEnv('HF_HUB_DOWNLOAD_TIMEOUT', 'soon');
    expect(await failure(served.open())).toMatchObject({ name: 'HubError', reason: 'setting' });
  });
});

describe('a hub that is ill', () => {
  test('is asked again after 500, 502 and a broken connection', async () => {
    served.hub.answers.push({ status: 500 }, { status: 502 });
    expect(await served.load()).toEqual(weights);
    let asked = 0;
    served.hub.intercept = (request) => {
      if (++asked === 1) request.socket.destroy();
      return asked === 1;
    };
    expect(await served.load()).toEqual(weights);
  });

  test('is not asked for ever', async () => {
    answering('/revision/', (_, response) => void response.writeHead(500).end());
    expect(await failure(served.load(MODEL, { retries: 2 }))).toMatchObject({ reason: 'refused' });
    expect(served.hub.requests).toHaveLength(3);
  });

  test.each(['/revision/', '/resolve/'])(
    'a web page in place of the answer is called so, %s',
    async (part) => {
      answering(part, (_, response) => {
        response.setHeader('content-type', 'text/html; charset=utf-8').end('<html>Sign in</html>');
      });
      const error = (await failure(load())) as Error;
      expect(error).toMatchObject({ name: 'HubError', reason: 'unreachable' });
      expect(error.message).toContain('web page');
    },
  );

  test('that a proxy is set is said, and its password is not', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://me:password@proxy.test:3128');
    await served.hub.close();
    const error = (await failure(served.open())) as Error;
    expect(error.message).toMatch(/HTTPS_PROXY.*NODE_USE_ENV_PROXY=1/);
    expect(error.message).not.toContain('password');
  });

  test.each(['ftp://x.test', 'x', 'https://me:word@x.test'])(
    '%s is no address of a hub',
    async (endpoint) => {
      const error = (await failure(served.open(MODEL, { endpoint }))) as Error;
      expect(error).toMatchObject({ name: 'HubError', reason: 'setting' });
      expect(error.message).not.toContain('word@');
    },
  );
});

describe('what the hub says is bounded and checked', () => {
  const entry = (path: unknown) => ({ type: 'file', path, size: 1, oid: 'b'.repeat(40) });
  const page = (link: string, entries: unknown[]): Answer => {
    let count = 0;
    return (_, response) => {
      const next = link.replace('#', String(++count));
      response.setHeader('link', `<${served.hub.url}/api/tree/${next}>; rel="next"`);
      json(
        response,
        entries.map((each) => (each === '#' ? entry(`rte/${count}`) : each)),
      );
    };
  };
  const thousand = Array.from({ length: 1000 }, (_, i) => entry(`rte/${i}`));

  test.each<[string, Answer]>([
    ['a list that goes in a circle', page('same', [])],
    ['a list of empty pages without end', page('p#', [])],
    ['a list with too many files', page('p#', thousand)],
    ['a file above the folder', page('p#', [entry('rte/../../x')])],
    ['a file at an absolute path', page('p#', [entry('/etc/passwd')])],
    ['a file in another folder', page('p#', [entry('cola/x')])],
    ['a name that is none', page('p#', [entry(5)])],
    ['entries that are none', page('p#', [null])],
    ['a text', (_, response) => json(response, 'x')],
    ['an object', (_, response) => json(response, {})],
    ['null', (_, response) => json(response, null)],
    ['a bomb', bomb],
  ])('%s', async (_, answer) => {
    answering('/tree/', answer);
    const start = performance.now();
    expect(await failure(list())).toMatchObject({ name: 'HubError', reason: 'refused' });
    expect(performance.now() - start).toBeLessThan(8000);
  });

  test.each<[string, (value: string) => Answer, string, () => Promise<unknown>]>([
    ['/revision/', (sha) => (_, response) => json(response, { sha }), 'the commit', load],
    ['/revision/', (text) => (_, response) => json(response, text, String), 'JSON', load],
    ['/paths-info/', (path) => (_, response) => json(response, [entry(path)]), 'describes', load],
    ['/tree/', (path) => (_, response) => json(response, [entry(path)]), 'its list of files has', list],
  ])('no message acts on a terminal, %s', async (part, answer, what, attempt) => {
    answering(part, answer('\u001b[31m\u202e\n'));
    const error = (await failure(attempt())) as Error;
    expect(error).toMatchObject({ name: 'HubError', reason: 'refused' });
    expect(error.message).toContain(what);
    expect(error.message).toContain('\\u001b[31m');
    expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test.each([-1, 1.5, 1e300, '21', null, Number.NaN])('the size %s', async (size) => {
    answering('/paths-info/', (_, response) => json(response, [{ ...entry('config.json'), size }]));
    expect(await failure(load())).toMatchObject({ name: 'HubError', reason: 'refused' });
  });

  test.each([[entry('other.json')], [{ type: 'file' }], [5]])(
    'a description of something else',
    async (each) => {
      answering('/paths-info/', (_, response) => json(response, [each]));
      expect(await failure(load())).toMatchObject({ name: 'HubError', reason: 'refused' });
    },
  );

  test('a size that no disk has', async () => {
    const size = Number.MAX_SAFE_INTEGER;
    answering('/paths-info/', (_, response) => json(response, [{ ...entry('config.json'), size }]));
    const error = (await failure(load())) as Error;
    expect(error).toMatchObject({ name: 'HubError', reason: 'cache' });
    expect(error.message).toContain('room');
  });

  test.each([5, ['ab'.repeat(20)], '../../x', undefined])('the commit %j', async (sha) => {
    answering('/revision/', (_, response) => json(response, { sha }));
    expect(await failure(load())).toMatchObject({ name: 'HubError', reason: 'refused' });
  });

  test.each(['/revision/', '/paths-info/'])('a compressed answer without end, %s', async (part) => {
    answering(part, bomb);
    expect(await failure(load())).toMatchObject({ name: 'HubError', reason: 'refused' });
  });

  test('a file without end', async () => {
    answering('/resolve/', (_, response) => {
      const chunk = new Uint8Array(2 ** 16);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect(await failure(load())).toMatchObject({ name: 'HubError', reason: 'damaged' });
    expect(await served.blobs()).toEqual([]);
  });

  test('in a browser, more bytes than were asked for', async () => {
    vi.stubGlobal('process', undefined);
    const repository = await served.open(MODEL, { endpoint: served.hub.url, cacheDir: undefined });
    served.hub.ignoresRanges = true;
    const blob = (await repository.get('weights.bin')) as Blob;
    expect(await failure(blob.slice(10, 20).arrayBuffer())).toMatchObject({ name: 'HubError' });
    served.hub.behavior = 'lengthen';
    expect(await failure(bytesOf(repository, 'weights.bin'))).toMatchObject({ name: 'HubError' });
    vi.unstubAllGlobals();
  });

  let bombed: Uint8Array | undefined;
  function bomb(_: unknown, response: ServerResponse): void {
    bombed ??= gzipSync(Buffer.alloc(65 * 2 ** 20, ' '));
    response.setHeader('content-encoding', 'gzip').setHeader('content-type', 'application/json').end(bombed);
  }
});
