import { isJson, type Json, malformed } from './json.ts';
import { PrecompiledNormalizer } from './precompiled.ts';

/** Text to text. */
export type Normalize = (text: string) => string;

/**
 * The normalisers that the tokenizer library does differently from the Rust library, done right; `undefined` for all
 * others.
 */
export function correctedNormalizer(config: unknown): Normalize | undefined {
  if (!isJson(config)) return undefined;
  switch (config.type) {
    case 'BertNormalizer':
      return bertNormalizer(config);
    case 'Lowercase':
      return lowercase;
    case 'Precompiled': {
      const { precompiled_charsmap: charsmap } = config;
      if (charsmap === null) return (text) => text;
      if (typeof charsmap !== 'string') throw malformed('precompiled_charsmap', 'base64 text');
      const table = new PrecompiledNormalizer(charsmap);
      return (text) => table.normalize(text);
    }
    default:
      return undefined;
  }
}

/** Removed by BERT, but for tab and line ends: control, format and private-use characters, and what is no character. */
const CONTROL = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\ufffd]/gu;

/** Characters that are words of their own. The gap before U+2B920 is the Rust library's. */
const CHINESE =
  /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;

/** The four steps of BERT's normaliser. The library's takes Chinese characters beyond U+FFFF for ordinary ones. */
function bertNormalizer(config: Json): Normalize {
  const lower = config.lowercase === true;
  const strip = typeof config.strip_accents === 'boolean' ? config.strip_accents : lower;
  return (text) => {
    // Printable ASCII, which is most text, can only change its case.
    if (/^[ -~]*$/.test(text)) return lower ? text.toLowerCase() : text;
    let result = text;
    if (config.clean_text === true) result = result.replace(CONTROL, '').replace(/\p{White_Space}/gu, ' ');
    if (config.handle_chinese_chars === true) result = result.replace(CHINESE, ' $& ');
    if (strip) result = result.normalize('NFD').replace(/\p{Mn}/gu, '');
    return lower ? lowercase(result) : result;
  };
}

/** Character by character: JavaScript writes a sigma at the end of a word as ς, the Rust library as σ. */
function lowercase(text: string): string {
  return text.replaceAll('Σ', 'σ').toLowerCase();
}
