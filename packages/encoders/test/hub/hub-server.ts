import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** A model as the hub holds it: one commit with files. */
export interface HubModel {
  readonly commit: string;
  readonly files: Record<string, Uint8Array>;
  /** The answer to every request but the right one: status and `X-Error-Code`. */
  readonly refuse?: readonly [status: number, code?: string];
  /** The answer to requests for files alone: the hub shows to everybody what a gated model has. */
  readonly refuseFiles?: readonly [status: number, code?: string];
}

/** The part of the hub's protocol that downloads need, on this machine. */
export interface HubServer {
  readonly url: string;
  /** One line a request: method and path. */
  readonly requests: string[];
  readonly models: Record<string, HubModel>;
  /** What happens to the bodies of files. */
  behaviour: 'send' | 'break' | 'corrupt' | 'cut';
  /** The authorization header of the last request. */
  authorization: string | undefined;
  close(): Promise<void>;
}

/** Files from this size on are stored as large files, which the hub names by their SHA-256. */
const LARGE = 1000;

export async function startHubServer(models: Record<string, HubModel>): Promise<HubServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const hub: HubServer = {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    requests,
    models,
    behaviour: 'send',
    authorization: undefined,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(new URL(request.url!, hub.url).pathname);
    requests.push(`${request.method} ${path}`);
    hub.authorization = request.headers.authorization;
    const [, api, name, kind, revision, file] =
      /^(\/api\/models)?\/([\w.-]+\/[\w.-]+)\/(revision|paths-info|resolve)\/([^/]+)(?:\/(.+))?$/.exec(
        path,
      ) ?? [];
    const model = models[name ?? ''];
    if (!model) return refuse(response, 401, 'RepoNotFound');
    if (model.refuse) return refuse(response, ...model.refuse);
    if (revision !== 'main' && revision !== model.commit) return refuse(response, 404, 'RevisionNotFound');
    if (api && kind === 'revision') return json(response, { _id: '1', id: name, sha: model.commit });
    if (api && kind === 'paths-info') {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { paths } = JSON.parse(body) as { paths: string[] };
      return json(
        response,
        paths.flatMap((path) => describe(path, model.files[path])),
      );
    }
    if (model.refuseFiles) return refuse(response, ...model.refuseFiles);
    const bytes = model.files[file ?? ''];
    if (kind !== 'resolve' || !bytes) return refuse(response, 404, 'EntryNotFound');
    send(request, response, bytes);
  }

  function send(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
    response.setHeader('etag', `"${describe('', bytes)[0]!.oid}"`);
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    if (range) {
      response.statusCode = 206;
      response.setHeader('content-range', `bytes ${range[1]}-${range[2]}/${bytes.length}`);
      return void response.end(bytes.subarray(Number(range[1]), Number(range[2]) + 1));
    }
    const half = bytes.subarray(0, bytes.length / 2);
    if (hub.behaviour === 'send') return void response.end(bytes);
    if (hub.behaviour === 'corrupt')
      return void response.end(bytes.map((byte, i) => (i === 0 ? byte ^ 1 : byte)));
    if (hub.behaviour === 'cut') return void response.end(half); // a proxy that ends the body too early
    response.setHeader('content-length', bytes.length);
    response.write(half, () => setTimeout(() => response.destroy(), 30));
  }

  return hub;
}

function describe(path: string, bytes: Uint8Array | undefined) {
  if (!bytes) return [];
  const size = bytes.length;
  const oid = createHash('sha1').update(`blob ${size}\0`).update(bytes).digest('hex');
  const lfs = { oid: createHash('sha256').update(bytes).digest('hex'), size, pointerSize: 130 };
  return [{ type: 'file', path, size, oid, ...(size >= LARGE && { lfs }) }];
}

function json(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
}

function refuse(response: ServerResponse, status: number, code?: string): void {
  response.statusCode = status;
  if (code) response.setHeader('x-error-code', code);
  json(response, { error: 'refused' });
}
