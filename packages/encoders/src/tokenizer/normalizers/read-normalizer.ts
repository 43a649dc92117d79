import { firstCharacterLength, visibleBytes } from '../characters.ts';
import { Fields, readSequence } from '../fields.ts';
import { malformed, shown, unsupported } from '../json.ts';
import { COMBINING_MARKS } from '../unicode-tables.ts';
import { bertNormalizer } from './bert.ts';
import { lowercase } from './lowercase.ts';
import { nmt } from './nmt.ts';
import { normalForm } from './normal-form.ts';
import { characterwise, type Normalizer } from './normalizer.ts';
import { PrecompiledNormalizer } from './precompiled.ts';
import { replace } from './replace.ts';
import { strip } from './strip.ts';

const MARK = new RegExp(`[${COMBINING_MARKS}]`, 'gu');

/**
 * Reads the `normalizer` of a tokenizer.json. Each kind behaves as in the source file of the Rust library `tokenizers`
 * that its comment names.
 *
 * @throws TokenizerError `malformed` or `unsupported`
 */
export function readNormalizer(config: unknown, where = 'normalizer', depth = 0): Normalizer {
  if (config === null || config === undefined) return characterwise((text) => text);
  const fields = new Fields(config, where);
  const normalizer = read(fields, depth);
  fields.close();
  return normalizer;
}

function read(fields: Fields, depth: number): Normalizer {
  switch (fields.type) {
    case 'Sequence':
      return sequence(readSequence(fields, 'normalizers', depth, readNormalizer));
    case 'BertNormalizer':
      return bertNormalizer(fields);
    case 'Lowercase':
      return characterwise(lowercase);
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD': {
      const form = fields.type;
      return characterwise((text) => normalForm(text, form));
    }
    case 'StripAccents':
      return characterwise((text) => text.replace(MARK, ''));
    case 'Nmt':
      return characterwise(nmt);
    case 'ByteLevel':
      return characterwise(visibleBytes);
    case 'Strip':
      return strip(fields);
    case 'Replace':
      return replace(fields);
    case 'Prepend':
      return prepend(fields.string('prepend'));
    case 'Precompiled':
      return precompiled(fields.raw('precompiled_charsmap'));
    default:
      throw unsupported(`the normalizer ${shown(fields.type)}`, 'no such kind is known');
  }
}

function sequence(steps: readonly Normalizer[]): Normalizer {
  return {
    normalize: (text) => steps.reduce((text, step) => step.normalize(text), text),
    lead: (text, lead) => {
      let current = text;
      let result = lead;
      for (const step of steps) {
        result = step.lead(current, result);
        current = step.normalize(current);
      }
      return result;
    },
  };
}

/** Prepends a text to every non-empty text (`normalizers/prepend.rs`). */
function prepend(prefix: string): Normalizer {
  return {
    normalize: (text) => (text === '' ? '' : prefix + text),
    lead: (text, lead) => (text === '' || lead === 0 ? 0 : prefix.length + lead),
  };
}

/** Applies the table of replacements of a SentencePiece model (`normalizers/precompiled.rs`). */
function precompiled(charsmap: unknown): Normalizer {
  if (charsmap === null) return characterwise((text) => text);
  if (typeof charsmap !== 'string') throw malformed('precompiled_charsmap', 'base64 text');
  const table = new PrecompiledNormalizer(charsmap);
  const normalize = (text: string): string => table.normalize(text);
  return {
    normalize,
    // If the first characters are removed, the Rust library treats the next one as the first.
    lead: (text, lead) =>
      lead === 0 ? 0 : normalize(text.slice(0, lead)).length || firstCharacterLength(normalize(text)),
  };
}
