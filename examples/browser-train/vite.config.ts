import { defineConfig } from 'vite';
import { miniAssets } from './mini-assets.ts';

export default defineConfig({
  // Relative, so that the built page works wherever it is put.
  base: './',
  plugins: [miniAssets()],
  worker: { format: 'es' },
  build: { target: 'es2022' },
});
