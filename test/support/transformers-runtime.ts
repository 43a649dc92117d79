// transformers.js in a page fetches ONNX Runtime's WebAssembly from a public server. Here it comes from node_modules.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Page } from 'playwright';

/** Answers a page's requests for the runtime. */
export async function serveRuntime(page: Page): Promise<void> {
  await page.route(/\/onnxruntime-web@[^/]+\/dist\//, async (route) => {
    const file = runtimeFile(route.request().url());
    const contentType = file.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
    const headers = { 'access-control-allow-origin': '*' };
    await route.fulfill({ body: await readFile(file), contentType, headers });
  });
}

function runtimeFile(url: string): string {
  const transformers = createRequire(import.meta.url).resolve('@huggingface/transformers');
  const web = createRequire(transformers).resolve('onnxruntime-web');
  return join(dirname(web), basename(new URL(url).pathname));
}
