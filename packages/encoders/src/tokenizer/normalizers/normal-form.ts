import { NORMALIZED_SINCE } from '../unicode-tables.ts';

const LATER = new RegExp(`[${NORMALIZED_SINCE}]`, 'u');
const EARLIER = new RegExp(`[^${NORMALIZED_SINCE}]+`, 'gu');

/** A normal form of Unicode as the Rust library has it: characters that Unicode came to know later stay as they are. */
export function normalForm(text: string, form: 'NFC' | 'NFD' | 'NFKC' | 'NFKD'): string {
  return LATER.test(text) ? text.replace(EARLIER, (part) => part.normalize(form)) : text.normalize(form);
}
