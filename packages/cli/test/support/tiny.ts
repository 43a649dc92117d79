// A whole world in a temporary folder: a random BERT of a few thousand weights with its tokenizer, and tasks.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeSafetensors } from '@scalearn/core/files';
import { RandomStream } from '@scalearn/core/graph';
import { encoderArchitecture, parseEncoderConfig } from '@scalearn/encoders';
import { tinyConfig, tinyWeights } from '../../src/doctor/self-test.ts';

const words = 'the a cat dog bird sat ran flew on under mat tree fast slow red blue not'.split(' ');
const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...words];

/** Writes `encoder/` and `data/`; returns the options that name them. */
export function tinyWorld(folder: string): { encoder: string; data: string } {
  const encoder = writeEncoder(join(folder, 'encoder'), 1);
  const data = join(folder, 'data');
  write(join(data, 'RTE'), 'train.tsv', pairs('rte', 60, rteLine, rteHeader));
  write(join(data, 'RTE'), 'dev.tsv', pairs('rte-dev', 20, rteLine, rteHeader));
  write(join(data, 'STS-B'), 'train.tsv', pairs('stsb', 60, stsbLine, stsbHeader));
  write(join(data, 'STS-B'), 'dev.tsv', pairs('stsb-dev', 20, stsbLine, stsbHeader));
  for (const file of ['train', 'dev_matched', 'dev_mismatched'])
    write(join(data, 'MNLI'), `${file}.tsv`, pairs(file, 60, mnliLine, mnliHeader));
  return { encoder, data };
}

const { vocabSize, hiddenSize, layers, heads, intermediateSize, maxPositions, typeVocabSize } = tinyConfig;
const tinyJson = {
  ...{ model_type: 'bert', vocab_size: vocabSize, hidden_size: hiddenSize, num_hidden_layers: layers },
  ...{ num_attention_heads: heads, intermediate_size: intermediateSize, hidden_act: 'gelu' },
  ...{ max_position_embeddings: maxPositions, type_vocab_size: typeVocabSize, layer_norm_eps: 1e-12 },
};

/** A random encoder in Hugging Face's layout: a BERT, or what another `config.json` says. */
export function writeEncoder(
  folder: string,
  scale: number,
  json: Readonly<Record<string, unknown>> = tinyJson,
): string {
  write(folder, 'config.json', JSON.stringify(json));
  const config = parseEncoderConfig(json);
  const { prefix } = encoderArchitecture(config);
  const tensors = [...tinyWeights(config)].map(([name, { shape, data }]) => {
    const values = Float32Array.from(data as Float32Array, (value) => value * scale);
    return [`${prefix}.${name}`, { shape, data: values }] as const;
  });
  write(folder, 'model.safetensors', writeSafetensors(new Map(tensors)));
  write(folder, 'tokenizer.json', JSON.stringify(tokenizer));
  return folder;
}

const special = (token: string): object => ({
  id: vocabulary.indexOf(token),
  content: token,
  special: true,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
});
const bracket = (id: string, type_id: number): object => ({ SpecialToken: { id, type_id } });
const sequence = (id: string, type_id: number): object => ({ Sequence: { id, type_id } });
const tokenizer = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: vocabulary.slice(0, 5).map(special),
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [bracket('[CLS]', 0), sequence('A', 0), bracket('[SEP]', 0)],
    pair: [bracket('[CLS]', 0), sequence('A', 0), bracket('[SEP]', 0), sequence('B', 1), bracket('[SEP]', 1)],
    special_tokens: Object.fromEntries(
      ['[CLS]', '[SEP]'].map((id) => [id, { id, ids: [vocabulary.indexOf(id)], tokens: [id] }]),
    ),
  },
  decoder: null,
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
  },
};

type Line = (i: number, first: string, second: string, draw: (bound: number) => number) => string;
const rteHeader = 'index\tsentence1\tsentence2\tlabel';
const rteLine: Line = (i, first, second, draw) =>
  `${i}\t${first}\t${second}\t${draw(2) === 0 ? 'entailment' : 'not_entailment'}`;
const stsbHeader = 'index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore';
const stsbLine: Line = (i, first, second, draw) =>
  `${i}\tg\tf\ty\t${i}\tn\tn\t${first}\t${second}\t${(draw(51) / 10).toFixed(3)}`;
const mnliHeader = 'index\tsentence1\tsentence2\tgold_label';
const mnliLine: Line = (i, first, second, draw) =>
  `${i}\t${first}\t${second}\t${['entailment', 'neutral', 'contradiction'][draw(3)]}`;

function pairs(name: string, rows: number, line: Line, header: string): string {
  const stream = new RandomStream(4, name);
  const draw = (bound: number): number => stream.below(bound);
  const text = (): string => Array.from({ length: 2 + draw(9) }, () => words[draw(words.length)]).join(' ');
  const lines = Array.from({ length: rows }, (_, i) => line(i, text(), text(), draw));
  return `${[header, ...lines].join('\n')}\n`;
}

function write(folder: string, name: string, content: string | Uint8Array): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), content);
}
