// The part of the hub's protocol that uploads need: making a repository, large files, and commits.
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A repository as uploads change it. */
interface WritableRepository {
  readonly commit: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Branches other than `main`. */
  readonly revisions?: Readonly<Record<string, WritableRepository>>;
}

/** What uploads change. */
export interface WritableHub {
  readonly url: string;
  readonly repositories: Record<string, WritableRepository>;
  /** The token with write access. Without one, the hub takes no uploads. */
  writeToken: string | undefined;
  /** Titles of the commits, in order. */
  readonly commits: string[];
  /** Authorization headers of the uploads of large files, which go to another host. */
  readonly uploadAuthorizations: (string | undefined)[];
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Size in bytes from which files are uploaded as large files. */
const large = 1000;

/** Content of large files that were uploaded, by SHA-256. */
const uploaded = new Map<string, Uint8Array>();

/** Answers a request that writes; returns false for any other. */
export async function answerWrite(
  hub: WritableHub,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const path = new URL(request.url!, hub.url).pathname;
  const [, upload] = /^\/upload\/([0-9a-f]{64})$/.exec(path) ?? [];
  if (request.method === 'PUT' && upload) {
    hub.uploadAuthorizations.push(request.headers.authorization);
    const bytes = await body(request);
    if (sha256(bytes) !== upload) return end(response, 422, {});
    uploaded.set(upload, bytes);
    return end(response, 200, {});
  }
  const [, name = '', what, branch = 'main'] =
    /^\/(?:api\/models\/)?([\w.-]+\/[\w.-]+?)(?:\.git)?\/(preupload|commit|info\/lfs\/objects\/batch)(?:\/([\w.-]+))?$/.exec(
      path,
    ) ?? [];
  const isCreate = path === '/api/repos/create';
  if (request.method !== 'POST' || (!isCreate && !what)) return false;
  if (request.headers.authorization !== `Bearer ${hub.writeToken}`)
    return end(response, 403, { error: 'no' });
  const text = new TextDecoder().decode(await body(request));
  if (isCreate) return create(hub, response, JSON.parse(text));
  const repository = hub.repositories[name];
  if (!repository) return end(response, 404, { error: 'no such repository' });
  if (branch !== 'main' && !repository.revisions?.[branch])
    return end(response.setHeader('x-error-code', 'RevisionNotFound'), 404, {});
  if (what === 'commit') return commit(hub, response, { name, branch }, text);
  const asked = JSON.parse(text);
  if (what === 'preupload')
    return end(response, 200, {
      files: asked.files.map(({ path, size }: { path: string; size: number }) => ({
        ...{ path, uploadMode: size >= large ? 'lfs' : 'regular', shouldIgnore: false },
      })),
    });
  const elsewhere = hub.url.replace('127.0.0.1', 'localhost');
  return end(response, 200, {
    transfer: 'basic',
    objects: asked.objects.map(({ oid, size }: { oid: string; size: number }) => ({
      ...{ oid, size, actions: { upload: { href: `${elsewhere}/upload/${oid}` } } },
    })),
  });
}

function create(
  hub: WritableHub,
  response: ServerResponse,
  { name, organization }: { name: string; organization: string },
): boolean {
  const full = `${organization}/${name}`;
  if (hub.repositories[full]) return end(response, 409, { error: 'You already created this model repo' });
  hub.repositories[full] = { commit: '0'.repeat(40), files: {} };
  return end(response, 200, { url: `${hub.url}/${full}`, id: full });
}

function commit(
  hub: WritableHub,
  response: ServerResponse,
  { name, branch }: { readonly name: string; readonly branch: string },
  text: string,
): boolean {
  const repository = hub.repositories[name]!;
  const files = { ...(repository.revisions?.[branch] ?? repository).files };
  for (const line of text.split('\n')) {
    const { key, value } = JSON.parse(line);
    if (key === 'header') hub.commits.push(value.summary);
    if (key === 'file') files[value.path] = Uint8Array.from(Buffer.from(value.content, value.encoding));
    if (key === 'lfsFile') {
      const bytes = uploaded.get(value.oid);
      if (!bytes) return end(response, 422, { error: 'missing large file' });
      files[value.path] = bytes;
    }
  }
  const commitOid = createHash('sha1').update(text).digest('hex');
  const changed = { commit: commitOid, files };
  const { revisions } = repository;
  hub.repositories[name] =
    branch === 'main'
      ? { ...changed, ...(revisions && { revisions }) }
      : { ...repository, revisions: { ...revisions, [branch]: changed } };
  return end(response, 200, {
    success: true,
    commitOid,
    commitUrl: `${hub.url}/${name}/commit/${commitOid}`,
  });
}

async function body(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function end(response: ServerResponse, status: number, value: unknown): true {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  return true;
}
