import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository } from '@scalearn/hub';
import { mutatedFiles } from '../harness/mutate-files.ts';
import { type Files, type FuzzTarget, fileOf, textOf, utf8 } from '../harness/target.ts';
import { scratch } from './experiments.ts';

const commit = 'a'.repeat(40);
const body = '{"model_type":"bert"}';
const sha = createHash('sha256').update(body).digest('hex');
const entry = {
  type: 'file',
  path: 'config.json',
  size: body.length,
  oid: 'b'.repeat(40),
  lfs: { oid: sha, size: body.length, pointerSize: 1 },
};

const good: Files = {
  'info.json': utf8(
    JSON.stringify({
      ...{ _id: 'x', id: 'o/m', sha: commit, private: false, gated: false, downloads: 0, likes: 0 },
      lastModified: '2026-01-01T00:00:00Z',
    }),
  ),
  'paths.json': utf8(JSON.stringify([entry])),
  'tree.json': utf8(JSON.stringify(['x', 'y'].map((name) => ({ ...entry, path: `data/${name}.parquet` })))),
  'headers.json': utf8(JSON.stringify({ etag: `"${sha}"`, 'content-length': String(body.length), link: '' })),
  'config.json': utf8(body),
};

/** Returns headers as a server sends them, without those it cannot send. */
function headersOf(files: Files): Headers {
  const headers = new Headers();
  let json: unknown;
  try {
    json = JSON.parse(textOf(files, 'headers.json'));
  } catch {
    return headers;
  }
  for (const [name, value] of Object.entries(Object(json) as object))
    try {
      headers.set(name, typeof value === 'string' ? value : JSON.stringify(value));
    } catch {}
  return headers;
}

/** A hub that answers with the input. */
function answers(files: Files): typeof fetch {
  const bytes = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(fileOf(files, name));
  const json = (name: string): Response =>
    new Response(bytes(name), { headers: { 'content-type': 'application/json' } });
  return async (request, init) => {
    const { pathname } = new URL(request instanceof Request ? request.url : String(request));
    if (pathname.includes('/paths-info/')) return json('paths.json');
    if (pathname.includes('/tree/')) return json('tree.json');
    if (!pathname.includes('/resolve/')) return json('info.json');
    const headers = headersOf(files);
    const isProbe = new Headers(init?.headers).get('range') === 'bytes=0-0';
    const content = bytes('config.json');
    if (!isProbe) return new Response(content, { headers });
    headers.set('content-range', `bytes 0-0/${content.length}`);
    return new Response(content.subarray(0, 1), { status: 206, headers });
  };
}

/** Any response of a hub, to a request for a file and to one for a list. */
export const hub = (): FuzzTarget => {
  const folder = scratch();
  return {
    valid: [good],
    generate: mutatedFiles(good),
    async parse(files) {
      const cacheDir = mkdtempSync(join(folder, 'cache-'));
      try {
        const options = {
          kind: 'model',
          endpoint: 'http://hub.test',
          cacheDir,
          accessToken: 'hf_x',
        } as const;
        const repository = await openRepository('o/m', { ...options, retries: 0, fetch: answers(files) });
        await repository.list('data');
        await repository.has('config.json');
        await repository.get('config.json');
      } finally {
        rmSync(cacheDir, { recursive: true, force: true });
      }
    },
  };
};
