// A proxy before a store, which fails as stores do.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';

/** What the proxy does with a request: passes it on, or fails it before or after the store has seen it. */
export type Fault = 'none' | '500' | 'hang' | 'reset' | 'lost-answer' | 'cut-body' | 'corrupt' | 'skewed';

export interface FaultyProxy {
  readonly url: string;
  /** Chooses what happens to a request; by default nothing does. */
  fault: (method: string, path: string) => Fault;
  /** Requests that were seen: `METHOD PATH`. */
  readonly seen: string[];
  stop(): Promise<void>;
}

/** @param change changes the headers of requests that are passed on; by default they stay */
export async function startProxy(
  target: string,
  change: (headers: IncomingHttpHeaders) => void = () => {},
): Promise<FaultyProxy> {
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '' } = incoming;
    proxy.seen.push(`${method} ${url}`);
    const fault = proxy.fault(method, url);
    if (fault === 'hang') return void incoming.resume();
    if (fault === 'reset') return void incoming.socket.destroy();
    if (fault === '500' || fault === 'skewed') {
      incoming.resume();
      const [status, code] = fault === '500' ? [500, 'InternalError'] : [403, 'RequestTimeTooSkewed'];
      outgoing.writeHead(status, { date: new Date(Date.now() + 7_200_000).toUTCString() });
      return void outgoing.end(`<Error><Code>${code}</Code><Message>as asked</Message></Error>`);
    }
    const { hostname, port } = new URL(target);
    change(incoming.headers);
    const onward = request({ hostname, port, method, path: url, headers: incoming.headers }, (answer) => {
      if (fault === 'lost-answer') {
        answer.resume();
        return void incoming.socket.destroy();
      }
      // A service that compares no checksums does not send one back.
      if (fault === 'corrupt') delete answer.headers['x-amz-checksum-sha256'];
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      if (fault !== 'cut-body') return void answer.pipe(outgoing);
      answer.once('data', (part: Buffer) => {
        outgoing.write(part.subarray(0, part.length / 2));
        setTimeout(() => incoming.socket.destroy(), 20);
      });
    });
    onward.on('error', () => incoming.socket.destroy());
    if (fault !== 'corrupt') return void incoming.pipe(onward);
    incoming.on('data', (part: Buffer) => onward.write(part.map((byte) => byte ^ 1)));
    incoming.on('end', () => onward.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const proxy: FaultyProxy = {
    url: `http://127.0.0.1:${port}`,
    fault: () => 'none',
    seen: [],
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
