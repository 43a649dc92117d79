import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, sep } from 'node:path';
import type { Plugin } from 'vite';

const installed = createRequire(import.meta.url).resolve('@scalearn/assets-mini/package.json');
const root = join(installed, '..');

/** Files that the page reads. The prediction heads of adapters are not needed. */
const needed = /^(config|tokenizer|tokenizer_config|adapter_config)\.json$|^(model|adapter)\.safetensors$/;

/** Lists the files of the encoder and the adapters by their path in the package. */
function list(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(({ name }) => needed.test(name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
}

/** Serves the encoder and the adapters of the installed package below `mini/`, and adds them to builds. */
export function miniAssets(): Plugin {
  let isForServer = false;
  return {
    name: 'mini-assets',
    configResolved: ({ build }) => {
      isForServer = Boolean(build.ssr);
    },
    configureServer({ middlewares, config }) {
      middlewares.use(`${config.base}mini`, (request, response, next) => {
        const path = (request.url ?? '').replace(/^\/|\?.*$/g, '');
        if (![...list('encoder'), ...list('adapters')].includes(path)) return next();
        const isText = path.endsWith('.json');
        response.setHeader('content-type', isText ? 'application/json' : 'application/octet-stream');
        response.end(readFileSync(join(root, path)));
      });
    },
    generateBundle() {
      if (isForServer) return;
      for (const path of [...list('encoder'), ...list('adapters')])
        this.emitFile({ type: 'asset', fileName: `mini/${path}`, source: readFileSync(join(root, path)) });
    },
  };
}
