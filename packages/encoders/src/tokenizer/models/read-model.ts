import { Fields } from '../fields.ts';
import { shown, unsupported } from '../json.ts';
import { bytePairEncoding } from './bpe.ts';
import type { Model } from './model.ts';
import { unigram } from './unigram.ts';
import { wordLevel } from './word-level.ts';
import { wordPiece } from './word-piece.ts';

/**
 * Reads the `model` of a tokenizer.json.
 *
 * @throws TokenizerError `malformed` or `unsupported`
 */
export function readModel(config: unknown): Model {
  const fields = new Fields(config, 'model');
  const model = read(fields);
  fields.close();
  return remembering(model);
}

function read(fields: Fields): Model {
  switch (fields.type || kindOf(fields)) {
    case 'WordPiece':
      return wordPiece(fields);
    case 'BPE':
      return bytePairEncoding(fields);
    case 'Unigram':
      return unigram(fields);
    case 'WordLevel':
      return wordLevel(fields);
    default:
      throw unsupported(`the model ${shown(fields.type)}`, 'known are WordPiece, BPE, Unigram and WordLevel');
  }
}

/** Returns the kind of model. Older files omit it, so it is derived from the fields. */
function kindOf(fields: Fields): string {
  if (fields.has('merges')) return 'BPE';
  if (fields.has('max_input_chars_per_word')) return 'WordPiece';
  if (Array.isArray(fields.raw('vocab'))) return 'Unigram';
  return fields.has('unk_token') ? 'WordLevel' : '';
}

/** Maximum number of cached pieces, and their maximum length. Real text repeats short words. */
const REMEMBERED_PIECES = 50_000;
const REMEMBERED_LENGTH = 64;

function remembering(model: Model): Model {
  const known = new Map<string, readonly number[]>();
  return {
    ...model,
    encode: (piece, out) => {
      const ids = known.get(piece);
      if (ids) {
        for (const id of ids) out.push(id);
        return;
      }
      const length = out.length;
      model.encode(piece, out);
      if (piece.length <= REMEMBERED_LENGTH && known.size < REMEMBERED_PIECES)
        known.set(piece, out.slice(length));
    },
  };
}
