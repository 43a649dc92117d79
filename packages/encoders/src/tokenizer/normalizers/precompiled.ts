import { malformed } from '../json.ts';

/**
 * The normalizer of SentencePiece models: a table of replacements compiled into a double-array trie, here `nmt_nfkc`
 * for XLM-R. The tokenizer library approximates the table by NFKC; this class reads it.
 *
 * The lookup follows the Rust crate `spm_precompiled`. A grapheme of fewer than six bytes is looked up as a whole, and
 * the *shortest* prefix in the table decides. Otherwise each of its characters is looked up.
 */
export class PrecompiledNormalizer {
  /** The trie as little-endian 32-bit units. */
  readonly #trie: Uint32Array;
  /** Replacements in UTF-8, each terminated by a zero byte. */
  readonly #texts: Uint8Array;
  readonly #graphemes: Intl.Segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
  readonly #known = new Map<string, string>();
  readonly #plainAscii: boolean;

  /** @param charsmap base64 of the trie's length in bytes (32 bits), the trie, and the replacements */
  constructor(charsmap: string) {
    const bytes = decodeBase64(charsmap);
    const trieBytes = bytes.length >= 4 ? new DataView(bytes.buffer).getUint32(0, true) : 0;
    if (trieBytes === 0 || trieBytes % 4 !== 0 || 4 + trieBytes > bytes.length) {
      throw malformed('precompiled_charsmap', 'a table of replacements');
    }
    this.#trie = new Uint32Array(bytes.buffer.slice(4, 4 + trieBytes));
    this.#texts = bytes.subarray(4 + trieBytes);
    this.#plainAscii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).every(
      (character) => this.#look(character) === undefined,
    );
  }

  normalize(text: string): string {
    // Most text is ASCII, which the usual tables do not change. Segmenting it would take most of the time.
    if (this.#plainAscii && /^[ -~]*$/.test(text)) return text;
    let result = '';
    for (const { segment } of this.#graphemes.segment(text)) {
      let replaced = this.#known.get(segment);
      if (replaced === undefined) {
        replaced = this.#replace(segment);
        if (this.#known.size < 10_000) this.#known.set(segment, replaced);
      }
      result += replaced;
    }
    return result;
  }

  #replace(grapheme: string): string {
    const whole = utf8.encode(grapheme).length < 6 ? this.#look(grapheme) : undefined;
    return whole ?? Array.from(grapheme, (character) => this.#look(character) ?? character).join('');
  }

  /** Returns the replacement of the shortest prefix that has one. */
  #look(key: string): string | undefined {
    const trie = this.#trie;
    let node = offset(trie[0]!);
    for (const byte of utf8.encode(key)) {
      if (byte === 0) return undefined;
      node ^= byte;
      const unit = trie[node];
      if (unit === undefined || (unit & 0x800000ff) >>> 0 !== byte) return undefined;
      node ^= offset(unit);
      if ((unit & 0x100) !== 0) return this.#text((trie[node] ?? 0) & 0x7fffffff);
    }
    return undefined;
  }

  #text(begin: number): string {
    const end = this.#texts.indexOf(0, begin);
    return new TextDecoder().decode(this.#texts.subarray(begin, end < 0 ? undefined : end));
  }
}

const utf8 = new TextEncoder();

/** Returns the offset of the children of a trie unit, relative to the unit. */
function offset(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw malformed('precompiled_charsmap', 'base64 text');
  }
}
