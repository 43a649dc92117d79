import type { Json } from '../json.ts';
import { type AddedToken, type DefaultTokens, type TokenFiles, vocabularyTokens } from './added-token.ts';
import { option, refuseOptions } from './options.ts';
import { robertaTokens } from './roberta.ts';
import {
  readSentencePieceModel,
  refused,
  type SentencePiece,
  type SentencePieceModel,
} from './sentencepiece-model.ts';
import type { BinaryVocabulary } from './vocabulary.ts';

/** The visible character that stands for a space. */
const SPACE = '\u2581';

/** What a converter makes of a model: the parts of tokenizer.json that differ between classes. */
interface Converted {
  readonly vocab: readonly (readonly [piece: string, score: number])[];
  readonly unknownId: number;
  readonly normalizers: readonly Json[];
  readonly preTokenizer: Json;
  readonly defaults: DefaultTokens;
  /** Contents of the tokens around texts: at the start and at the end. */
  readonly around: readonly [string, string];
  readonly separators: 1 | 2;
  /** Token type of the second text of a pair. */
  readonly secondType: 0 | 1;
}

type Convert = (model: SentencePieceModel, config: Json) => Converted;

/**
 * Returns the format of an `spm.model`, from which Python's `DebertaV2TokenizerFast` makes a tokenizer.json
 * (`DebertaV2Converter` in `convert_slow_tokenizer.py` of transformers 4.57).
 */
export function sentencePieceOfDebertaV2(): BinaryVocabulary {
  return format('spm.model', 'DebertaV2Tokenizer', (model, config) => ({
    vocab: model.pieces.map(({ piece, score }) => [piece, score]),
    unknownId: model.unknownId,
    normalizers: [
      ...(option(config, 'do_lower_case', false) ? [{ type: 'Lowercase' }] : []),
      { type: 'Strip', strip_left: true, strip_right: true },
      ...charsmap(model),
      runsOfSpaces(' '),
    ],
    preTokenizer: {
      type: 'Sequence',
      pretokenizers: [
        ...(option(config, 'split_by_punct', false) ? [{ type: 'Punctuation', behavior: 'Isolated' }] : []),
        metaspace,
      ],
    },
    defaults: debertaTokens,
    ...{ around: ['[CLS]', '[SEP]'], separators: 1, secondType: 1 },
  }));
}

const debertaTokens: DefaultTokens = {
  ...{ bos: '[CLS]', eos: '[SEP]', sep: '[SEP]', pad: '[PAD]', cls: '[CLS]', mask: '[MASK]' },
  unk: {
    ...{ content: '[UNK]', single_word: false, lstrip: false, rstrip: false },
    ...{ normalized: true, special: true },
  },
};

/**
 * Returns the format of a `sentencepiece.bpe.model`, from which Python's `XLMRobertaTokenizerFast` makes a
 * tokenizer.json (`XLMRobertaConverter` in `convert_slow_tokenizer.py` of transformers 4.57). Its ids are those of
 * fairseq: four special tokens in place of the model's first three pieces, and `<mask>` at the end.
 */
export function sentencePieceOfXlmRoberta(): BinaryVocabulary {
  const file = 'sentencepiece.bpe.model';
  return format(file, 'XLMRobertaTokenizer', (model) => {
    const first = model.pieces.slice(0, 3).map(({ piece }) => piece);
    if (first.join(' ') !== '<unk> <s> </s>')
      throw refused(file, `other first pieces than <unk>, <s>, </s>`, 'these three are replaced');
    return {
      vocab: [
        ...['<s>', '<pad>', '</s>', '<unk>'].map((token) => [token, 0] as const),
        ...model.pieces.slice(3).map(({ piece, score }) => [piece, score] as const),
        ['<mask>', 0],
      ],
      unknownId: 3,
      normalizers: [
        ...charsmap(model),
        { type: 'Strip', strip_left: false, strip_right: true },
        runsOfSpaces(SPACE),
      ],
      preTokenizer: metaspace,
      defaults: robertaTokens,
      ...{ around: ['<s>', '</s>'], separators: 2, secondType: 0 },
    };
  });
}

function format(file: string, pythonClass: string, convert: Convert): BinaryVocabulary {
  const classes = [pythonClass, `${pythonClass}Fast`];
  return {
    content: 'bytes',
    files: [file],
    toJson([bytes = new Uint8Array()], files) {
      refuseOptions(files.config, classes, { sp_model_kwargs: [] });
      const model = readSentencePieceModel(bytes, file);
      return toJson(model.pieces, convert(model, files.config), files);
    },
  };
}

const metaspace = { type: 'Metaspace', replacement: SPACE, prepend_scheme: 'always', split: true };

const runsOfSpaces = (content: string): Json => ({
  type: 'Replace',
  pattern: { Regex: ' {2,}' },
  content,
});

function charsmap({ charsmap: bytes }: SentencePieceModel): Json[] {
  if (bytes.length === 0) return [];
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return [{ type: 'Precompiled', precompiled_charsmap: btoa(text) }];
}

/** Returns the tokens that the model itself adds: those that control it, and those that its user defined. */
function tokensOfModel(pieces: readonly SentencePiece[]): AddedToken[] {
  return pieces
    .filter(({ kind }) => kind === 'control' || kind === 'userDefined')
    .map(({ piece, kind }) => ({
      ...{ content: piece, single_word: false, lstrip: false, rstrip: false },
      ...{ normalized: false, special: kind === 'control' },
    }));
}

function toJson(pieces: readonly SentencePiece[], converted: Converted, files: TokenFiles): Json {
  const { vocab, unknownId, normalizers, preTokenizer, defaults, around } = converted;
  const ids = new Map(vocab.map(([piece], id) => [piece, id]));
  const tokens = vocabularyTokens(files, defaults, ids, tokensOfModel(pieces));
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: tokens.entries,
    normalizer: { type: 'Sequence', normalizers },
    pre_tokenizer: preTokenizer,
    post_processor: template(
      around.map((content) => ({ content, id: ids.get(content) ?? tokens.id(content) })),
      converted,
    ),
    decoder: metaspace,
    model: { type: 'Unigram', unk_id: unknownId, vocab, byte_fallback: false },
  };
}

function template(
  around: readonly { readonly content: string; readonly id: number }[],
  { separators, secondType }: Converted,
): Json {
  const [start = '', end = ''] = around.map(({ content }) => content);
  const token = (id: string, typeId = 0) => ({ SpecialToken: { id, type_id: typeId } });
  const sequence = (id: 'A' | 'B', typeId: number) => ({ Sequence: { id, type_id: typeId } });
  const single = [token(start), sequence('A', 0), token(end)];
  const between = separators === 2 ? [token(end)] : [];
  return {
    type: 'TemplateProcessing',
    single,
    pair: [...single, ...between, sequence('B', secondType), token(end, secondType)],
    special_tokens: Object.fromEntries(
      around.map(({ content, id }) => [content, { id: content, ids: [id], tokens: [content] }]),
    ),
  };
}
