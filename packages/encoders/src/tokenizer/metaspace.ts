import { isJson, type Json } from './json.ts';

/**
 * Rewrites the `pre_tokenizer` of a tokenizer.json for the tokenizer library, which reads only part of what
 * SentencePiece-like tokenizers say:
 *
 * - `Metaspace` in its older form (`add_prefix_space`) becomes the newer one (`prepend_scheme`), and splitting before
 *   each replacement character, which the library leaves out, becomes a step of its own;
 * - `WhitespaceSplit` uses Unicode's white space, as the Rust library does, and not JavaScript's.
 *
 * Other steps stay as they are.
 */
export function rewritePreTokenizer(config: unknown): unknown {
  if (!isJson(config)) return config;
  switch (config.type) {
    case 'Sequence':
      return Array.isArray(config.pretokenizers)
        ? { ...config, pretokenizers: config.pretokenizers.map(rewritePreTokenizer) }
        : config;
    case 'WhitespaceSplit':
      return keepMatches('\\P{White_Space}+');
    case 'Metaspace':
      return rewriteMetaspace(config);
    default:
      return config;
  }
}

function rewriteMetaspace(config: Json): Json {
  const replacement = typeof config.replacement === 'string' ? config.replacement : '\u2581';
  const scheme = config.add_prefix_space === false ? 'never' : (config.prepend_scheme ?? 'always');
  const metaspace = { type: 'Metaspace', replacement, prepend_scheme: scheme };
  if (config.split === false) return metaspace;
  const character = `\\u{${replacement.codePointAt(0)?.toString(16)}}`;
  const split = keepMatches(`${character}[^${character}]*|[^${character}]+`);
  return { type: 'Sequence', pretokenizers: [metaspace, split] };
}

function keepMatches(regex: string): Json {
  return { type: 'Split', pattern: { Regex: regex }, behavior: 'Removed', invert: true };
}
