// A page for the built packages. They are served without a bundler, through an import map.
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../support/repository.ts';

/** The packages that `@scalearn/models` needs in a page. */
const packages = ['core', 'onnx', 'hub', 'encoders', 'evaluation', 'baselines', 'models'];
const imports = {
  ...Object.fromEntries(packages.map((name) => [`@scalearn/${name}`, `/packages/${name}/dist/index.js`])),
  '@scalearn/core/graph': '/packages/core/dist/graph.js',
  '@scalearn/core/methods': '/packages/core/dist/methods.js',
  '@scalearn/core/files': '/packages/core/dist/files.js',
  ...Object.fromEntries(
    ['distribution/uniformInt', 'generator/mersenne'].map((name) => [
      `pure-rand/${name}`,
      `/packages/evaluation/node_modules/pure-rand/lib/esm/${name}.js`,
    ]),
  ),
  'onnxruntime-web/wasm': '/node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs',
};
const html = `<!doctype html><meta charset="utf-8"><script type="importmap">${JSON.stringify({ imports })}</script>`;
const smoke = stripTypeScriptTypes(
  readFileSync(fileURLToPath(new URL('./smoke.ts', import.meta.url)), 'utf8'),
);
const types: Record<string, string> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

/**
 * Serves the page at `/`, the smoke test at `/smoke.js`, and the targets of the import map.
 *
 * @param folders folders that are served too, by the first part of their address
 */
export async function servePage(
  folders: Readonly<Record<string, string>> = {},
): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    if (path === '/') return void response.setHeader('content-type', 'text/html').end(html);
    if (path === '/smoke.js') return void response.setHeader('content-type', 'text/javascript').end(smoke);
    const [, first = '', rest = ''] = /^\/([^/]+)\/(.+)$/.exec(path) ?? [];
    const folder = folders[first];
    const file = folder === undefined ? join(root, path) : join(folder, rest);
    const allowed =
      folder !== undefined ||
      Object.values(imports).some((each) => path.startsWith(each.replace(/(lib\/esm\/).*$|[^/]+$/, '$1')));
    if (!allowed || !existsSync(file)) return void response.writeHead(404).end();
    response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream');
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
