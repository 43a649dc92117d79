import { readFileSync } from 'node:fs';
import { ReferenceDevice } from '@scalearn/core';
import {
  createEncoder,
  encoderArchitecture,
  encoderParameterCount,
  loadTokenizer,
  memoryFolder,
  openCheckpoint,
  readEncoderConfig,
} from '@scalearn/encoders';
import * as fc from 'fast-check';
import {
  bertConfig,
  debertaConfig,
  distilbertConfig,
  electraConfig,
  modernbertConfig,
  mpnetConfig,
  robertaConfig,
  tinyFolder,
} from '../../../packages/encoders/test/model/tiny-folder.ts';
import * as small from '../../../packages/encoders/test/tokenizer/small-tokenizers.ts';
import { filesOf, mutatedFiles } from '../harness/mutate-files.ts';
import { type Files, type FuzzTarget, utf8 } from '../harness/target.ts';

const bert = {
  ...bertConfig,
  ...{
    hidden_act: 'gelu',
    layer_norm_eps: 1e-12,
    hidden_dropout_prob: 0.1,
    attention_probs_dropout_prob: 0.1,
  },
  ...{
    initializer_range: 0.02,
    classifier_dropout: null,
    position_embedding_type: 'absolute',
    use_cache: true,
  },
};

/** Returns some files of which any is damaged. */
const damaged = (
  all: readonly Files[],
  names?: readonly string[],
): Pick<FuzzTarget, 'valid' | 'generate'> => ({
  valid: all,
  generate: fc.oneof(...all.map((files) => mutatedFiles(files, names))),
});

export const encoderConfig = (): FuzzTarget => ({
  ...damaged(
    [bert, robertaConfig, distilbertConfig, electraConfig, mpnetConfig, modernbertConfig, debertaConfig].map(
      (json) => ({
        'config.json': utf8(JSON.stringify(json)),
      }),
    ),
  ),
  async parse(files) {
    const config = await readEncoderConfig(memoryFolder(files));
    encoderArchitecture(config);
    encoderParameterCount(config);
  },
});

/** Loads a complete encoder onto a device. */
export const encoderFolder = (): FuzzTarget => {
  const device = new ReferenceDevice();
  const { 'tokenizer.json': _, ...files } = filesOf(tinyFolder(bert));
  return {
    valid: [files],
    generate: mutatedFiles(files),
    async parse(input) {
      const folder = memoryFolder(input);
      const config = await readEncoderConfig(folder);
      const weights = await openCheckpoint(folder);
      const encoder = await createEncoder({ device, config, weights, name: 'tiny' });
      encoder.dispose();
    },
  };
};

const texts = ['a b c ab', '  ab  é\u0301 漢字 \u{1f600} x.y', 'Abc [MASK] abc\t\n123', '', '\ud800 a'];

async function encodeAll(input: Files): Promise<void> {
  const tokenizer = await loadTokenizer(memoryFolder(input));
  for (const [i, text] of texts.entries()) {
    tokenizer.encode(text, undefined, { maxLength: 12, truncation: 'longestFirst' });
    tokenizer.encode(text, texts[(i + 1) % texts.length], { maxLength: 12, truncation: 'longestFirst' });
  }
}

const settings = {
  model_max_length: 512,
  do_lower_case: true,
  tokenizer_class: 'BertTokenizer',
  pad_token: '[PAD]',
};

export const tokenizer = (): FuzzTarget => ({
  ...damaged(
    [small.bert, small.roberta, small.xlmr].map((json) => ({
      'tokenizer.json': utf8(JSON.stringify(json)),
      'tokenizer_config.json': utf8(JSON.stringify(settings)),
      'config.json': utf8(JSON.stringify(bert)),
    })),
    ['tokenizer.json', 'tokenizer.json', 'tokenizer_config.json'],
  ),
  parse: encodeAll,
});

/** Older tokenizer files: a vocabulary, a vocabulary and merges, or a SentencePiece model. */
export const oldTokenizer = (): FuzzTarget => {
  const about = (tokenizerClass: string, pad: string, unknown: string, cls: string, sep: string): Files => ({
    'tokenizer_config.json': utf8(
      JSON.stringify({ ...settings, tokenizer_class: tokenizerClass, pad_token: pad }),
    ),
    'special_tokens_map.json': utf8(JSON.stringify({ unk_token: unknown, cls_token: cls, sep_token: sep })),
  });
  const wordPiece: Files = {
    ...about('BertTokenizer', '[PAD]', '[UNK]', '[CLS]', '[SEP]'),
    'config.json': utf8(JSON.stringify(bert)),
    'vocab.txt': utf8('[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##c\nab\n.\n'),
  };
  const vocabulary = {
    '<s>': 0,
    '<pad>': 1,
    '</s>': 2,
    '<unk>': 3,
    a: 4,
    b: 5,
    Ġ: 6,
    ab: 7,
    Ġa: 8,
    '<mask>': 9,
  };
  const bytePairs: Files = {
    ...about('RobertaTokenizer', '<pad>', '<unk>', '<s>', '</s>'),
    'config.json': utf8(JSON.stringify(robertaConfig)),
    'vocab.json': utf8(JSON.stringify(vocabulary)),
    'merges.txt': utf8('#version: 0.2\na b\nĠ a\n'),
  };
  const recorded = new URL(
    '../../../packages/encoders/test/tokenizer/recorded/sentencepiece/',
    import.meta.url,
  );
  const sentencePieces = (
    [
      ['symbols', 'spm.model'],
      ['xlm-roberta', 'sentencepiece.bpe.model'],
    ] as const
  ).map(([name, model]): Files => {
    const names = ['config.json', 'tokenizer_config.json', 'special_tokens_map.json', model];
    return Object.fromEntries(
      names.map((file) => [file, new Uint8Array(readFileSync(new URL(`${name}/${file}`, recorded)))]),
    );
  });
  return { ...damaged([wordPiece, bytePairs, ...sentencePieces]), parse: encodeAll };
};
