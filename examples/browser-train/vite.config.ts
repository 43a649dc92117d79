import { defineConfig } from 'vite';
import { miniAssets } from './mini-assets.ts';

/** They isolate the page from other origins, without which browsers give WebAssembly one thread only. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  // A relative base: the built page then works in any folder of a server.
  base: './',
  plugins: [miniAssets()],
  server: { headers },
  preview: { headers },
  worker: { format: 'es' },
  build: { target: 'es2022' },
});
