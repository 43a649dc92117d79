// Pages built by Vite. The packages' sources replace the installed packages.
import type { AddressInfo } from 'node:net';
import { build, defaultClientConditions, preview } from 'vite';

export interface BuiltPage {
  readonly url: string;
  close(): Promise<void>;
}

/** Builds the page in a folder with its own configuration, and serves the result. */
export async function buildPage(root: string): Promise<BuiltPage> {
  const conditions = ['@scalearn/source', ...defaultClientConditions];
  await build({ root, resolve: { conditions }, logLevel: 'error' });
  const server = await preview({ root, preview: { port: 0, host: '127.0.0.1' }, logLevel: 'error' });
  const { port } = server.httpServer.address() as AddressInfo;
  return { url: `http://localhost:${port}/`, close: () => server.close() };
}
