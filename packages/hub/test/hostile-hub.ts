import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { afterEach } from 'vitest';
import { MODEL, model, serveEach, weights } from './served.ts';

const data = { commit: 'da'.repeat(20), files: { 'rte/a.parquet': weights } };

/** A hub with a model and a data set, which the tests of a file make hostile. */
export const served: ReturnType<typeof serveEach> = serveEach({ [MODEL]: model, 'datasets/tiny/data': data });
export const TOKEN = 'hf_SECRET';

export type Answer = (request: IncomingMessage, response: ServerResponse, path: string) => void;

/** The hub answers requests for such paths in this way. */
export function answering(part: string | RegExp, answer: Answer): void {
  served.hub.intercept = (request, response, path) => {
    if (!path.match(part)) return false;
    answer(request, response, path);
    return true;
  };
}

const others: Server[] = [];
afterEach(() => {
  for (const other of others.splice(0)) {
    other.closeAllConnections();
    other.close();
  }
});
/** Another server, which writes down what it is sent. */
export async function another(
  answer: RequestListener,
): Promise<{ readonly url: string; readonly saw: string[] }> {
  const saw: string[] = [];
  const server = createServer((request, response) => {
    saw.push(`${request.url} ${JSON.stringify(request.headers)}`);
    answer(request, response);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  others.push(server);
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, saw };
}

/** An answer that sends on. */
export const redirect =
  (location: string, status = 302): Answer =>
  (_, response) =>
    void response.writeHead(status, { location }).end();

/** Loads the model, asking once. */
export const load = (): ReturnType<typeof served.load> =>
  served.load(MODEL, { accessToken: TOKEN, retries: 0 });
/** Lists a folder of the data set, asking once. */
export const list = (): Promise<readonly string[]> =>
  served
    .open('tiny/data', { kind: 'dataset', accessToken: TOKEN, retries: 0 })
    .then((repository) => repository.list('rte'));

/** Ends an answer with a value as JSON. */
export function json(
  response: ServerResponse,
  value: unknown,
  text: (value: unknown) => string = JSON.stringify,
): void {
  response.setHeader('content-type', 'application/json').end(text(value));
}
