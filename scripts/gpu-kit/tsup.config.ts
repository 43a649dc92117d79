import { defineConfig } from 'tsup';

/** Bundles the programs of the kit, and the command, with everything that they need except native packages. */
export default defineConfig({
  entry: {
    main: 'scripts/gpu-kit/main.ts',
    bin: 'packages/cli/src/bin.ts',
    drivers: 'packages/cli/src/drivers.ts',
  },
  format: ['esm'],
  platform: 'node',
  target: 'node20.19',
  // Packages in CommonJS need the function that modules lack.
  banner: {
    js: "import { createRequire as kitRequire } from 'node:module'; const require = kitRequire(import.meta.url);",
  },
  noExternal: [/.*/],
  external: ['webgpu', 'onnxruntime-node'],
  dts: false,
  esbuildOptions: (options) => {
    options.conditions = ['@scalearn/source', 'module', 'import', 'node'];
  },
});
