const CONTROLS = '\\u0001-\\u0008\\u000b\\u000e-\\u001f\\u007f\\u008f\\u009f';
const REMOVED = new RegExp(`[${CONTROLS}]`, 'g');
const BLANK = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g;

/** Removes control characters and replaces unusual white space by spaces (`normalizers/unicode.rs`). */
export function nmt(text: string): string {
  return text.replace(REMOVED, '').replace(BLANK, ' ');
}
