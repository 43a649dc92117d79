/**
 * Headers that isolate a page from other origins. Without them browsers give WebAssembly one thread only, which the live demo
 * would be slower with.
 */
export const isolation: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
