import { defineConfig } from 'vite';
import { miniAssets } from './mini-assets.ts';

export default defineConfig({
  // A relative base: the built page then works in any folder of a server.
  base: './',
  plugins: [miniAssets()],
  worker: { format: 'es' },
  build: { target: 'es2022' },
});
