import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ReferenceDevice } from '@scalearn/core';
import { writeSafetensors } from '@scalearn/core/files';
import { describe, expect, test } from 'vitest';
import { localFolder } from '../../src/folder/local-folder.ts';
import { memoryFolder } from '../../src/folder/memory-folder.ts';
import { loadEncoder } from '../../src/model/load.ts';
import { readTokenizerFiles } from '../../src/tokenizer/files/tokenizer-file.ts';
import { transformersTokenizerFiles } from '../../src/tokenizer/files/transformers-files.ts';
import { loadTokenizer } from '../../src/tokenizer/load-tokenizer.ts';
import { debertaConfig, weightsOf } from '../model/tiny-folder.ts';

const root = fileURLToPath(new URL('recorded/sentencepiece', import.meta.url));

type RecordedText = readonly [text: string, pair: string | null, ids: readonly number[]];

/** The lines of a file: the tokenizer, then the texts with their ids. */
function recordedOf(name: string): { readonly tokenizer: unknown; readonly texts: readonly RecordedText[] } {
  const lines = readFileSync(`${root}/${name}/recorded.jsonl`, 'utf8').trimEnd().split('\n');
  const [tokenizer, ...texts] = lines.map((line): unknown => JSON.parse(line));
  return { tokenizer, texts: texts as RecordedText[] };
}

describe('SentencePiece models, as transformers converts them', () => {
  test.each(readdirSync(root))('%s', async (name) => {
    const files = await localFolder(`${root}/${name}`);
    const recorded = recordedOf(name);
    expect((await readTokenizerFiles(files)).json).toEqual(recorded.tokenizer);
    const tokenizer = await loadTokenizer(files);
    for (const [text, pair, ids] of recorded.texts)
      expect([...tokenizer.encode(text, pair ?? undefined).inputIds], JSON.stringify([text, pair])).toEqual(
        ids,
      );
  });
});

const model = new Uint8Array(readFileSync(`${root}/identity/spm.model`));
const utf8 = (text: string): number[] => [...new TextEncoder().encode(text)];
/** Returns the bytes of a field that holds bytes; fields and lengths are below 16 and 128. */
const field = (number: number, content: readonly number[]): number[] => [
  number * 8 + 2,
  content.length,
  ...content,
];
const piece = (text: string, ...more: number[]): number[] => field(1, [...field(1, utf8(text)), ...more]);
const load = (bytes: Uint8Array | number[], more: Record<string, string> = {}) =>
  loadTokenizer(
    memoryFolder({
      'config.json': '{"model_type":"deberta-v2"}',
      'spm.model': Uint8Array.from(bytes),
      ...more,
    }),
  );

describe('refused by name', () => {
  test.each<[string, number[]]>([
    ['bpe', field(2, [3 * 8, 2])],
    ['word', field(2, [3 * 8, 3])],
    ['char', field(2, [3 * 8, 4])],
    ['treat_whitespace_as_suffix', field(2, [0xc0, 1, 1])],
    ['add_dummy_prefix', field(3, [3 * 8, 0])],
    ['remove_extra_whitespaces', field(3, [4 * 8, 0])],
    ['escape_whitespaces', field(3, [5 * 8, 0])],
    ['"odd"', piece('odd', 3 * 8, 5)],
    ['field 7 in ModelProto', field(7, [])],
    ['field 7 in NormalizerSpec', field(3, [7 * 8, 0])],
  ])('%s', async (name, more) => {
    await expect(load([...model, ...more])).rejects.toMatchObject({
      ...{ name: 'TokenizerError', reason: 'unsupported' },
      message: expect.stringContaining(name),
    });
  });

  test('options of the Python class', async () => {
    const config = { 'tokenizer_config.json': '{"sp_model_kwargs":{"enable_sampling":true}}' };
    await expect(load(model, config)).rejects.toMatchObject({ reason: 'unsupported' });
  });

  test('an XLM-R whose first pieces are others', async () => {
    const files = {
      'config.json': '{"model_type":"xlm-roberta"}',
      'sentencepiece.bpe.model': Uint8Array.from(model),
    };
    await expect(loadTokenizer(memoryFolder(files))).rejects.toMatchObject({ reason: 'unsupported' });
  });
});

describe('damaged files', () => {
  test.each<[string, number[]]>([
    ['no pieces', []],
    ['cut off', [...model, 0x80]],
    ['ten bytes', [...model, ...Array.from({ length: 11 }, () => 0xff)]],
    ['beyond the end', [...model, 10, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['wire type 3', [...model, 11]],
    ['no valid number', [...model, 0, 0]],
    ['pieces is a varint', [...model, 8, 1]],
    ['score is a varint', [...model, ...piece('odd', 16, 1)]],
    ['type is a bytes', [...model, ...piece('odd', 26, 0)]],
    ['score is NaN', [...model, ...piece('odd', 21, 0, 0, 0xc0, 0x7f)]],
    ['score is -Infinity', [...model, ...piece('odd', 21, 0, 0, 0x80, 0xff)]],
    ['not UTF-8', [...model, ...field(1, field(1, [0xff]))]],
    ['empty piece', [...model, ...piece('')]],
    ['piece twice', [...model, ...piece('odd'), ...piece('odd')]],
    ['type 9', [...model, ...piece('odd', 24, 9)]],
    ['unk_id is', [...model, ...field(2, [0xc0, 2, 0xff, 0xff, 0x7f])]],
  ])('%s', async (message, bytes) => {
    await expect(load(bytes)).rejects.toMatchObject({
      ...{ name: 'TokenizerError', reason: 'malformed' },
      message: expect.stringContaining(message),
    });
  });

  test('of every length are refused, or hold fewer pieces', async () => {
    for (let length = 0; length < model.length; length += 7)
      await load(model.slice(0, length)).catch((error: Error) => expect(error.name).toBe('TokenizerError'));
  });
});

test('an encoder with spm.model loads, and its tokenizer is written for transformers.js', async () => {
  const recorded = recordedOf('identity');
  const config = { ...debertaConfig, vocab_size: 200 };
  const files = {
    'config.json': JSON.stringify(config),
    'spm.model': Uint8Array.from(model),
    'tokenizer_config.json': '{"do_lower_case":false,"vocab_type":"spm"}',
    'model.safetensors': writeSafetensors(weightsOf(config)),
  };
  const folder = memoryFolder(files);
  using encoder = await loadEncoder(folder, { device: new ReferenceDevice() });
  const [text, , ids] = recorded.texts.find(([, pair]) => pair === null)!;
  expect([...(await loadTokenizer(folder)).encode(text).inputIds]).toEqual(ids);
  const written = await transformersTokenizerFiles(folder, encoder, 64);
  expect(JSON.parse(written['tokenizer.json']!)).toEqual(recorded.tokenizer);
  expect(JSON.parse(written['tokenizer_config.json']!)).toMatchObject({
    ...{ tokenizer_class: 'DebertaV2Tokenizer', pad_token: '[PAD]', model_max_length: 64 },
  });
});
