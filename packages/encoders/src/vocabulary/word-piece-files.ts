import type { FileSet } from '@scalearn/core';

/**
 * Returns the files of a trained WordPiece tokenizer in the form that `loadTokenizer` and transformers
 * (`AutoTokenizer`) read.
 *
 * @param tokenizer from `trainWordPiece`
 * @param maxLength the longest sequence of its encoder, including special tokens
 */
export function wordPieceFiles(tokenizer: Readonly<Record<string, unknown>>, maxLength: number): FileSet {
  const config = {
    tokenizer_class: 'BertTokenizer',
    do_lower_case: true,
    tokenize_chinese_chars: true,
    strip_accents: null,
    model_max_length: maxLength,
    unk_token: '[UNK]',
    sep_token: '[SEP]',
    pad_token: '[PAD]',
    cls_token: '[CLS]',
    mask_token: '[MASK]',
  };
  const text = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  return { 'tokenizer.json': text(tokenizer), 'tokenizer_config.json': text(config) };
}
