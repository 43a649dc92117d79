import { existsSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitepress';

const api = new URL('../api/typedoc-sidebar.json', import.meta.url);

const guide = [
  {
    text: 'Use',
    items: [
      { text: 'Quickstart', link: '/guide/quickstart' },
      { text: 'Getting started', link: '/guide/getting-started' },
      { text: 'Two-stage transfer', link: '/guide/two-stage-transfer' },
      { text: 'Devices', link: '/guide/devices' },
      { text: 'Command line', link: '/guide/command-line' },
      { text: 'Files and formats', link: '/guide/files' },
    ],
  },
  {
    text: 'Extend',
    items: [
      { text: 'Architecture of core', link: '/guide/architecture' },
      { text: 'Add an operation', link: '/guide/add-an-operation' },
      { text: 'Add a method', link: '/guide/add-a-method' },
      { text: 'Add a device', link: '/guide/add-a-device' },
      { text: 'Benchmarks', link: '/guide/benchmarks' },
    ],
  },
];

export default defineConfig({
  title: 'ScaLearn for JavaScript',
  description: 'Train adapters and learn to scale them: multi-task transfer on WebGPU or ONNX Runtime',
  cleanUrls: true,
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Guide', link: '/guide/getting-started' },
      { text: 'API', link: '/api/' },
    ],
    sidebar: {
      '/guide/': guide,
      // Written by typedoc, just before the site is built.
      '/api/': existsSync(api) ? JSON.parse(readFileSync(api, 'utf8')) : [],
    },
    footer: { message: 'Released under the MIT licence.' },
  },
});
