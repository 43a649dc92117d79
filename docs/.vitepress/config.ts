import { defineConfig, type HeadConfig } from 'vitepress';
import { miniAssets } from '../../examples/browser-train/mini-assets.ts';
import { isolation } from '../isolation.ts';
import { apiSidebars } from './api-sidebar.ts';
import { math } from './math.ts';

const guide = [
  {
    text: 'Begin',
    items: [
      { text: 'Getting started', link: '/guide/getting-started' },
      { text: 'Quickstart', link: '/guide/quickstart' },
      { text: 'Choose', link: '/guide/choose' },
      { text: 'When does transfer help?', link: '/guide/when-transfer-helps' },
      { text: 'Live demo', link: '/demo' },
    ],
  },
  {
    text: 'Understand',
    items: [
      { text: 'Two-stage transfer', link: '/guide/two-stage-transfer' },
      { text: 'Methods', link: '/guide/methods' },
      { text: 'Devices', link: '/guide/devices' },
      { text: 'Statistics', link: '/guide/statistics' },
      { text: 'Files and formats', link: '/guide/files' },
      { text: 'MiniGLUE', link: '/guide/miniglue' },
      { text: 'The mini encoder', link: '/guide/mini-encoder' },
    ],
  },
  {
    text: 'Do',
    items: [
      { text: 'Command line', link: '/guide/command-line' },
      { text: 'Data from the hub', link: '/guide/data-from-the-hub' },
      { text: 'SuperGLUE', link: '/guide/superglue' },
      { text: 'Your own data', link: '/guide/your-own-data' },
      { text: 'Scores', link: '/guide/scores' },
      { text: 'Which sources help', link: '/guide/rank' },
      { text: 'Save and load', link: '/guide/save-and-load' },
      { text: 'Serve', link: '/guide/serve' },
      { text: 'Share', link: '/guide/share' },
      { text: 'Take a model anywhere', link: '/guide/export' },
      { text: 'Write your own method', link: '/guide/add-a-method' },
      { text: 'A GPU on Linux', link: '/guide/gpu-on-linux' },
      { text: 'Deno', link: '/guide/deno' },
      { text: 'Browser', link: '/guide/browser' },
      { text: 'Troubleshooting', link: '/guide/troubleshooting' },
      { text: 'Limits', link: '/guide/limits' },
    ],
  },
  {
    text: 'Research',
    items: [
      { text: 'Experiments', link: '/guide/experiments' },
      { text: 'Many machines', link: '/guide/many-machines' },
      { text: 'The paper’s grid on N machines', link: '/reference/grid-cost' },
      { text: 'Reports', link: '/guide/reports' },
      { text: 'Measurements', link: '/measurements' },
      { text: 'Claims of the paper', link: '/reproduction' },
      { text: 'Report: MiniGLUE', link: '/results/main-table-mini' },
      { text: 'Report: MiniGLUE, trained longer', link: '/results/two-stage-mini' },
      { text: 'Report: small tasks of GLUE', link: '/results/glue-small' },
      { text: 'Report: does transfer help?', link: '/results/glue-transfer' },
      { text: 'Report: how many rows?', link: '/results/small-files' },
    ],
  },
  {
    text: 'Reference',
    items: [
      { text: 'Methods', link: '/reference/methods' },
      { text: 'Tasks and splits', link: '/reference/tasks' },
      { text: 'Formats', link: '/reference/formats' },
      { text: 'Hyperparameters', link: '/reference/hyperparameters' },
    ],
  },
  {
    text: 'Work on it',
    items: [
      { text: 'Architecture', link: '/guide/architecture' },
      { text: 'Add an operation', link: '/guide/add-an-operation' },
      { text: 'Add a family of encoders', link: '/guide/add-an-encoder-family' },
      { text: 'Add an option of training', link: '/guide/add-an-option' },
      { text: 'Add a device', link: '/guide/add-a-device' },
      { text: 'Benchmarks', link: '/guide/benchmarks' },
    ],
  },
];

const title = 'ScaLearn for JavaScript';
const description = 'Train adapters and learn to scale them: multi-task transfer on WebGPU or ONNX Runtime';
/** Where the site lies below its host. */
const base = process.env.DOCS_BASE ?? '/';
const repository = 'https://github.com/scalearn/scalearn';
/** The site's host, such as `https://docs.example.org`. */
const address = process.env.DOCS_URL;
const picture = (content: string): HeadConfig => ['meta', { property: 'og:image', content }];

export default defineConfig({
  ...{ title, description, base },
  cleanUrls: true,
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}favicon.svg` }],
    ['meta', { property: 'og:title', content: title }],
    ['meta', { property: 'og:description', content: description }],
    // Other sites need the picture's whole address.
    ...(address === undefined ? [] : [picture(`${address}${base}quickstart-terminal.png`)]),
  ],
  markdown: { config: math },
  vue: { template: { compilerOptions: { isCustomElement: (tag) => tag.startsWith('scalearn-') } } },
  vite: {
    server: { headers: { ...isolation } },
    // The demo is built from the packages' sources, and its encoder and adapters are served beside the pages.
    plugins: [miniAssets() as never],
    resolve: { conditions: ['@scalearn/source'] },
    worker: { format: 'es' },
    build: { target: 'es2022' },
  },
  themeConfig: {
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          // A question is answered by the guide. The API reference has many pages with the same words.
          searchOptions: { boostDocument: (id: string) => (id.includes('/api/') ? 0.2 : 1) },
        },
      },
    },
    socialLinks: [{ icon: 'github', link: repository }],
    editLink: {
      // Runs in the page, so it is written without names from outside. Pages of the API are made from the sources.
      pattern: ({ filePath }) =>
        filePath.startsWith('api/')
          ? 'https://github.com/scalearn/scalearn/tree/main/packages'
          : `https://github.com/scalearn/scalearn/edit/main/docs/${filePath}`,
      text: 'Edit this page',
    },
    nav: [
      { text: 'Guide', link: '/guide/getting-started' },
      { text: 'Demo', link: '/demo' },
      { text: 'API', link: '/api/' },
    ],
    sidebar: {
      ...Object.fromEntries(
        ['/guide/', '/demo', '/reference/', '/measurements', '/reproduction', '/results/'].map((path) => [
          path,
          guide,
        ]),
      ),
      ...apiSidebars(),
    },
    footer: { message: 'Released under the MIT license.' },
  },
});
