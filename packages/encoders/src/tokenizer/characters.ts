/** Character classes of the Rust library's components, for regular expressions with flag u. */
export const WHITE_SPACE: string = '\\p{White_Space}';

/** The meaning of `\w` in Rust's `regex`. */
export const WORD: string = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\u200c\\u200d';

const SURROGATE = /[\ud800-\udfff]/;
const LONE_SURROGATE = /\p{Surrogate}/gu;

/** Replaces unpaired surrogates by U+FFFD, so that UTF-8 can encode the text. */
export function wellFormed(text: string): string {
  return SURROGATE.test(text) ? text.replace(LONE_SURROGATE, '\ufffd') : text;
}

/** Returns the number of UTF-16 units of the first character. */
export function firstCharacterLength(text: string): number {
  return text === '' ? 0 : text.codePointAt(0)! > 0xffff ? 2 : 1;
}

const encoder = new TextEncoder();

/** The visible character for each byte, as in GPT-2. */
const byteCharacters: readonly string[] = (() => {
  const isVisible = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let others = 0;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(isVisible(byte) ? byte : 256 + others++),
  );
})();

/** Returns a text with each byte of its UTF-8 form as one visible character. */
export function visibleBytes(text: string): string {
  if (/^[!-~]*$/.test(text)) return text;
  let result = '';
  for (const byte of encoder.encode(text)) result += byteCharacters[byte];
  return result;
}

/** Returns the bytes of a text in UTF-8. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}
