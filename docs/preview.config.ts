// Serves the built site as a host with the right headers would.
import { defineConfig } from 'vite';
import { isolation } from './isolation.ts';

export default defineConfig({
  base: process.env.DOCS_BASE ?? '/',
  appType: 'mpa',
  build: { outDir: '.vitepress/dist' },
  preview: { headers: { ...isolation } },
});
