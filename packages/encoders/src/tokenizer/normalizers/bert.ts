import type { Fields } from '../fields.ts';
import { CONTROLS, NONSPACING_MARKS } from '../unicode-tables.ts';
import { lowercase } from './lowercase.ts';
import { normalForm } from './normal-form.ts';
import { characterwise, type Normalizer } from './normalizer.ts';

const CONTROL = new RegExp(`[${CONTROLS}]`, 'gu');
const ACCENT = new RegExp(`[${NONSPACING_MARKS}]`, 'gu');

/** Characters that are separate words. The gap before U+2B920 is also in the Rust library. */
const CHINESE =
  /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;

/** The four steps of BERT's normalizer (`normalizers/bert.rs`). */
export function bertNormalizer(fields: Fields): Normalizer {
  const clean = fields.boolean('clean_text');
  const chinese = fields.boolean('handle_chinese_chars');
  const lower = fields.boolean('lowercase');
  const strip = fields.boolean('strip_accents', lower);
  return characterwise((text) => {
    // Printable ASCII, which is most text, can only change case.
    if (/^[ -~]*$/.test(text)) return lower ? text.toLowerCase() : text;
    let result = text;
    if (clean) result = result.replace(CONTROL, '').replace(/\p{White_Space}/gu, ' ');
    if (chinese) result = result.replace(CHINESE, ' $& ');
    if (strip) result = normalForm(result, 'NFD').replace(ACCENT, '');
    return lower ? lowercase(result) : result;
  });
}
