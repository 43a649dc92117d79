import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MissingModelFileError, UnreadableModelFileError } from '../../src/folder/errors.ts';
import { fileList } from '../../src/folder/file-list.ts';
import { localFolder } from '../../src/folder/local-folder.ts';
import type { ModelFiles } from '../../src/folder/model-files.ts';
import { urlFolder } from '../../src/folder/url-folder.ts';

const content = { 'config.json': '{"é":1}', 'sub/deep.txt': 'deep', 'data.bin': '0123456789' };

let folder = '';
let server: Server;
let url = '';
let ignoreRanges = false;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scalearn-folder-'));
  await mkdir(join(folder, 'sub'));
  for (const [name, text] of Object.entries(content)) await writeFile(join(folder, name), text);
  await writeFile(join(folder, 'latin1.txt'), Uint8Array.of(0xe9));

  server = createServer((request, response) => {
    const name = decodeURIComponent(request.url!.slice('/models/x/'.length));
    const text = content[name as keyof typeof content];
    if (name === 'start-page.json') return response.setHeader('content-type', 'text/html').end('<html>');
    if (name === 'broken.bin') {
      response.setHeader('content-length', 100).write('half');
      return setTimeout(() => response.destroy(), 20);
    }
    if (name === 'stalls.bin') return response.setHeader('content-length', 100).write('half');
    if (name === 'longer.bin') {
      const range = /bytes=(\d+)-/.exec(request.headers.range ?? '');
      response.writeHead(206, { 'content-range': `bytes ${range?.[1]}-${range?.[1]}/1000` });
      return response.end(new Uint8Array(500));
    }
    if (name === 'forbidden.txt' || text === undefined) {
      response.statusCode = name === 'forbidden.txt' ? 403 : 404;
      return response.end('no');
    }
    const bytes = Buffer.from(text);
    const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '');
    if (!range || ignoreRanges) return response.end(bytes);
    response.statusCode = 206;
    response.setHeader('content-range', `bytes ${range[1]}-${range[2]}/${bytes.length}`);
    return response.end(bytes.subarray(Number(range[1]), Number(range[2]) + 1));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}/models/x`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

function chosenFiles(): ModelFiles {
  return fileList(
    Object.entries(content).map(([name, text]) => {
      const file = new File([text], name.split('/').at(-1)!);
      return Object.defineProperty(file, 'webkitRelativePath', { value: `model/${name}` });
    }),
  );
}

describe.each<[string, () => Promise<ModelFiles>]>([
  ['a local folder', () => localFolder(folder)],
  ['chosen files', async () => chosenFiles()],
  ['a URL', async () => urlFolder(url)],
])('%s', (_, open) => {
  test('says what there is', async () => {
    const files = await open();
    expect(await files.has('config.json')).toBe(true);
    expect(await files.has('sub/deep.txt')).toBe(true);
    expect(await files.has('sub')).toBe(false);
    expect(await files.has('nothing')).toBe(false);
  });

  test('gives text and any part of the bytes', async () => {
    const files = await open();
    expect(await files.text('config.json')).toBe(content['config.json']);
    const source = await files.source('data.bin');
    expect(source.size).toBe(10);
    const part = async (begin: number, end: number) =>
      new TextDecoder().decode(await source.read(begin, end));
    expect([await part(0, 10), await part(3, 6), await part(9, 10), await part(4, 4)]).toEqual([
      '0123456789',
      '345',
      '9',
      '',
    ]);
  });

  test('a missing file is an error that names it', async () => {
    const files = await open();
    for (const attempt of [() => files.text('nothing'), () => files.source('nothing')]) {
      const error = await attempt().catch((error: unknown) => error);
      expect(error).toBeInstanceOf(MissingModelFileError);
      expect(error).toMatchObject({ looked: ['nothing'], where: files.describe() });
    }
  });

  test.each(['../secret', '/etc/passwd', 'a/../../b', '..\\b', 'C:b', '', 'a//b', './a'])(
    'refuses %j',
    async (name) => {
      const files = await open();
      await expect(files.text(name)).rejects.toBeInstanceOf(UnreadableModelFileError);
      await expect(files.source(name)).rejects.toBeInstanceOf(UnreadableModelFileError);
    },
  );
});

describe('a local folder', () => {
  test('that does not exist, or is a file, is named', async () => {
    await expect(localFolder(join(folder, 'absent'))).rejects.toThrow(/no folder .*absent/);
    await expect(localFolder(join(folder, 'data.bin'))).rejects.toBeInstanceOf(UnreadableModelFileError);
  });

  test('a file that is no UTF-8 is no text', async () => {
    await expect((await localFolder(folder)).text('latin1.txt')).rejects.toThrow(/latin1\.txt .* not UTF-8/);
  });

  test('links are followed', async () => {
    await symlink('data.bin', join(folder, 'link.bin'));
    expect((await (await localFolder(folder)).source('link.bin')).size).toBe(10);
  });

  test('a file that becomes shorter is an error, not fewer bytes', async () => {
    await writeFile(join(folder, 'shrinking.bin'), 'abcdef');
    const source = await (await localFolder(folder)).source('shrinking.bin');
    await truncate(join(folder, 'shrinking.bin'), 3);
    await expect(source.read(0, 6)).rejects.toThrow(/shrinking\.bin .* shorter/);
  });
});

describe('a URL', () => {
  test('whose server ignores ranges still works', async () => {
    ignoreRanges = true;
    const source = await urlFolder(url).source('data.bin');
    expect(new TextDecoder().decode(await source.read(3, 6))).toBe('345');
    ignoreRanges = false;
  });

  test('a start page in place of a file counts as missing', async () => {
    expect(await urlFolder(url).has('start-page.json')).toBe(false);
  });

  test.each(['forbidden.txt', 'broken.bin'])('%s: a typed error that names file and place', async (name) => {
    const error = await urlFolder(url, { name: 'my model' })
      .text(name)
      .catch((error: unknown) => error);
    expect(error).toBeInstanceOf(UnreadableModelFileError);
    expect((error as Error).message).toContain(name);
    expect((error as Error).message).toContain('my model');
  });

  test('that stalls is given up, and left at once by the signal', async () => {
    const stalled = urlFolder(url, { timeout: 100, retries: 0 }).text('stalls.bin');
    await expect(stalled).rejects.toThrow(
      /stalls\.bin could not be fetched .* nothing came for 0\.1 seconds/,
    );
    await expect(stalled).rejects.toBeInstanceOf(UnreadableModelFileError);
    const signal = AbortSignal.timeout(100);
    const start = performance.now();
    const error = await urlFolder(url, { signal })
      .text('stalls.bin')
      .catch((error: unknown) => error);
    expect(error).toBe(signal.reason);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test('that sends more than it was asked for', async () => {
    const source = await urlFolder(url).source('longer.bin');
    await expect(source.read(0, 10)).rejects.toThrow(/sent more of longer\.bin than was asked for/);
    await expect(source.read(0, 10)).rejects.toBeInstanceOf(UnreadableModelFileError);
  });

  test('no server', async () => {
    await expect(urlFolder('http://127.0.0.1:1/x').has('a')).rejects.toBeInstanceOf(UnreadableModelFileError);
  });
});
