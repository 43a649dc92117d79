import { NORMALIZED_SINCE } from '../unicode-tables.ts';

const LATER = new RegExp(`[${NORMALIZED_SINCE}]`, 'u');
const EARLIER = new RegExp(`[^${NORMALIZED_SINCE}]+`, 'gu');

/** Returns a Unicode normal form as in the Rust library. Characters of later Unicode versions are unchanged. */
export function normalForm(text: string, form: 'NFC' | 'NFD' | 'NFKC' | 'NFKD'): string {
  return LATER.test(text) ? text.replace(EARLIER, (part) => part.normalize(form)) : text.normalize(form);
}
