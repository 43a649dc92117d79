import { isJson, type Json } from './json.ts';

/**
 * Rewrites the `pre_tokenizer` of a tokenizer.json for the tokenizer library, which reads only part of what it may say:
 *
 * - `Metaspace` in its older form (`add_prefix_space`) becomes the newer one (`prepend_scheme`), and splitting before
 *   each replacement character, which the library leaves out, becomes a step of its own;
 * - `WhitespaceSplit` and `ByteLevel` split at Unicode's white space, as in the Rust library, not at JavaScript's.
 *
 * Other steps stay as they are.
 */
export function rewritePreTokenizer(config: unknown): unknown {
  if (!isJson(config)) return config;
  switch (config.type) {
    case 'Sequence':
      return Array.isArray(config.pretokenizers)
        ? sequence(config.pretokenizers.map(rewritePreTokenizer))
        : config;
    case 'WhitespaceSplit':
      return keepMatches('\\P{White_Space}+');
    case 'Metaspace':
      return rewriteMetaspace(config);
    case 'ByteLevel':
      return rewriteByteLevel(config);
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
  return sequence([metaspace, keepMatches(`${character}[^${character}]*|[^${character}]+`)]);
}

/** Contractions, words, numbers and other characters with the blank before them, and the rest of the white space. */
const GPT2_WORDS =
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\p{White_Space}\\p{L}\\p{N}]+" +
  '|\\p{White_Space}+(?!\\P{White_Space})|\\p{White_Space}+';

function rewriteByteLevel(config: Json): Json {
  const bytes = { ...config, add_prefix_space: false, use_regex: false };
  const prefix = { type: 'Metaspace', replacement: ' ', prepend_scheme: 'always' };
  return sequence([
    ...(config.add_prefix_space === true ? [prefix] : []),
    ...(config.use_regex === false ? [] : [keepMatches(GPT2_WORDS)]),
    bytes,
  ]);
}

function sequence(pretokenizers: unknown[]): Json {
  return { type: 'Sequence', pretokenizers };
}

function keepMatches(regex: string): Json {
  return { type: 'Split', pattern: { Regex: regex }, behavior: 'Removed', invert: true };
}
