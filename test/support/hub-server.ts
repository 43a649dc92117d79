import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { answerWrite, type WritableHub } from './hub-writes.ts';

/** A repository on the hub: one commit with files. */
export interface HubRepository {
  readonly commit: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Its tags, for searches; none by default. */
  readonly tags?: readonly string[];
  /** Number of downloads, for the order of searches; 0 by default. */
  readonly downloads?: number;
  /** The contents of revisions other than `main`, by name. */
  readonly revisions?: Readonly<Record<string, HubRepository>>;
  /** The response to every request, in place of the right one: status and `X-Error-Code`. */
  readonly refuse?: readonly [status: number, code?: string];
  /** The response to requests for files only. The hub lists the files of a gated model for everybody. */
  readonly refuseFiles?: readonly [status: number, code?: string];
}

/**
 * Fault in the body of a file: half of it is sent and the connection breaks; half of it is sent as if it were complete;
 * its first byte is wrong; there is an additional byte.
 */
export type Behavior = 'send' | 'break' | 'cut' | 'corrupt' | 'lengthen';

/** The hub's protocol for downloads and uploads, on this machine. */
export interface HubServer extends WritableHub {
  readonly url: string;
  /** One line per request: method, path, and the range of a request that does not start at the first byte. */
  readonly requests: string[];
  /** By `owner/name`; data sets by `datasets/owner/name`. */
  readonly repositories: Record<string, HubRepository>;
  /** Fault in the bodies of files. Entries of `script` are used first, one per request. */
  behavior: Behavior;
  readonly script: Behavior[];
  /** Responses to the next requests of any kind. */
  readonly answers: { readonly status: number; readonly headers?: Record<string, string> }[];
  /** Overrides the response to a request, or returns false. */
  intercept: (request: IncomingMessage, response: ServerResponse, path: string) => boolean;
  /** Whether large files are on another host, as on the hub. */
  redirects: boolean;
  /** Whether ranges are ignored. */
  ignoresRanges: boolean;
  /** The authorization header of the last request, and of the last redirected request. */
  authorization: string | undefined;
  authorizationElsewhere: string | undefined;
  close(): Promise<void>;
}

/** Size in bytes from which files are stored as large files, which the hub names by their SHA-256. */
const LARGE = 1000;

export async function startHubServer(repositories: Record<string, HubRepository>): Promise<HubServer> {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as { port: number };
  const hub: HubServer = {
    url: `http://127.0.0.1:${port}`,
    requests: [],
    repositories,
    behavior: 'send',
    script: [],
    answers: [],
    intercept: () => false,
    redirects: false,
    ignoresRanges: false,
    authorization: undefined,
    authorizationElsewhere: undefined,
    ...{ writeToken: undefined, commits: [], uploadAuthorizations: [] },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url!, hub.url).pathname;
    const range = request.headers.range;
    const isPart = range !== undefined && !range.startsWith('bytes=0-');
    hub.requests.push(`${request.method} ${decodeURIComponent(path)}${isPart ? ` ${range}` : ''}`);
    const given = hub.answers.shift();
    if (given) return void response.writeHead(given.status, given.headers).end();
    if (hub.intercept(request, response, path)) return;
    if (await answerWrite(hub, request, response)) return;
    if (path.startsWith('/elsewhere/')) {
      hub.authorizationElsewhere = request.headers.authorization;
      return send(request, response, elsewhere.get(path)!);
    }
    hub.authorization = request.headers.authorization;
    if (path === '/api/models')
      return json(response, searchAnswer(repositories, new URL(request.url!, hub.url).searchParams));
    const [, api, kind = '', name = '', what, revision = '', file = ''] =
      /^\/(api\/)?(datasets\/|models\/)?([\w.-]+\/[\w.-]+)\/(revision|paths-info|tree|resolve)\/([^/]+)(?:\/(.+))?$/
        .exec(path)
        ?.map((part) => part && decodeURIComponent(part)) ?? [];
    const main = repositories[kind === 'datasets/' ? `${kind}${name}` : name];
    if (!main) return refuse(response, 401, 'RepoNotFound');
    if (main.refuse) return refuse(response, ...main.refuse);
    const all = Object.entries({ main, ...main.revisions });
    const found = all.find(([branch, { commit }]) => revision === branch || revision === commit)?.[1];
    if (!found) return refuse(response, 404, 'RevisionNotFound');
    if (api && what === 'revision') return json(response, { _id: '1', id: name, sha: found.commit });
    if (api && what === 'paths-info') {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { paths } = JSON.parse(body) as { paths: string[] };
      return json(
        response,
        paths.flatMap((each) => describe(each, found.files[each])),
      );
    }
    if (api && what === 'tree') {
      const names = Object.keys(found.files).filter((each) => file === '' || each.startsWith(`${file}/`));
      if (names.length === 0) return refuse(response, 404, 'EntryNotFound');
      return json(
        response,
        names.flatMap((each) => describe(each, found.files[each])),
      );
    }
    if (main.refuseFiles) return refuse(response, ...main.refuseFiles);
    const bytes = found.files[file];
    if (what !== 'resolve' || !bytes) return refuse(response, 404, 'EntryNotFound');
    if (hub.redirects && bytes.length >= LARGE) {
      const place = `/elsewhere/${describe('', bytes)[0]!.lfs!.oid}`;
      elsewhere.set(place, bytes);
      return void response.writeHead(302, { location: `http://localhost:${port}${place}` }).end();
    }
    send(request, response, bytes);
  }

  const elsewhere = new Map<string, Uint8Array>();

  function send(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
    const { oid, lfs } = describe('', bytes)[0]!;
    response.setHeader('etag', `"${lfs?.oid ?? oid}"`);
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    const isProbe = range?.[0] === 'bytes=0-0';
    let part = bytes;
    if (range && (isProbe || !hub.ignoresRanges)) {
      response.statusCode = 206;
      response.setHeader('content-range', `bytes ${range[1]}-${range[2]}/${bytes.length}`);
      part = bytes.subarray(Number(range[1]), Number(range[2]) + 1);
    }
    if (isProbe) return void response.end(part);
    const behavior = hub.script.shift() ?? hub.behavior;
    const half = part.subarray(0, Math.ceil(part.length / 2));
    if (behavior === 'send') return void response.end(part);
    if (behavior === 'corrupt') return void response.end(part.map((byte, i) => (i === 0 ? byte ^ 1 : byte)));
    if (behavior === 'cut') return void response.end(half);
    if (behavior === 'lengthen') return void response.end(Buffer.concat([part, new Uint8Array(1)]));
    response.setHeader('content-length', part.length);
    response.write(half, () => setTimeout(() => response.destroy(), 30));
  }

  return hub;
}

function describe(path: string, bytes: Uint8Array | undefined) {
  if (!bytes) return [];
  const size = bytes.length;
  const oid = createHash('sha1').update(`blob ${size}\0`).update(bytes).digest('hex');
  const lfs = { oid: createHash('sha256').update(bytes).digest('hex'), size, pointerSize: 130 };
  return [{ type: 'file', path, size, oid, lfs: size >= LARGE ? lfs : undefined }];
}

/** Answers a search for models: `search` in the name, all tags of `filter`, the most downloaded first, at most `limit`. */
function searchAnswer(repositories: Record<string, HubRepository>, asked: URLSearchParams): unknown {
  const words = (asked.get('search') ?? '').toLowerCase();
  const tags = asked.getAll('filter');
  return Object.entries(repositories)
    .filter(([name]) => !name.startsWith('datasets/') && name.toLowerCase().includes(words))
    .filter(([, { tags: own = [] }]) => tags.every((tag) => own.includes(tag)))
    .map(([id, { commit, tags: own = [], downloads = 0 }]) => ({ id, sha: commit, tags: own, downloads }))
    .sort((a, b) => b.downloads - a.downloads)
    .slice(0, Number(asked.get('limit') ?? 1000));
}

function json(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
}

function refuse(response: ServerResponse, status: number, code?: string): void {
  response.statusCode = status;
  if (code) response.setHeader('x-error-code', code);
  json(response, { error: 'refused' });
}
