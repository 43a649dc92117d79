import type { Device, EncodedText, FileSet } from '@scalearn/core';
import { RandomStream } from '@scalearn/core/graph';
import {
  loadTokenizer,
  memoryFolder,
  parseEncoderConfig,
  type Segments,
  type Tokenizer,
  type TransformerConfig,
} from '@scalearn/encoders';
import { MaskedLanguageModel, trainWordPiece, wordPieceFiles } from '../src/index.ts';

const people = ['Anna', 'Ben', 'Clara', 'David'];
const verbs = ['sees', 'likes', 'paints'];
const things = ['house', 'river', 'apple', 'garden'];

/** Sentences of a very small language. */
function sentences(count: number, seed = 0): string[] {
  const random = new RandomStream(seed, 'sentences');
  const pick = (list: readonly string[]): string => list[random.below(list.length)] as string;
  return Array.from({ length: count }, () => `${pick(people)} ${pick(verbs)} the ${pick(things)}.`);
}

/** Texts and pairs in turn. */
export function rows(count: number, seed = 0): Segments[] {
  const [first, second] = [sentences(count, seed), sentences(count, seed + 1000)];
  return first.map((text, i) => (i % 2 === 0 ? [text] : [text, second[i] as string]));
}

export const tokenizerFiles: FileSet = wordPieceFiles(
  trainWordPiece(sentences(100), { vocabularySize: 160 }),
  16,
);

export const loadTinyTokenizer = (): Promise<Tokenizer> => loadTokenizer(memoryFolder(tokenizerFiles));

export const tinyConfig: TransformerConfig = parseEncoderConfig({
  model_type: 'bert',
  vocab_size: 160,
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 12,
  max_position_embeddings: 16,
  type_vocab_size: 2,
});

/** A model whose every weight is random: with zero biases, mistakes would go unseen. */
export function tinyModel(device: Device, config: TransformerConfig = tinyConfig): MaskedLanguageModel {
  const model = new MaskedLanguageModel({ device, config });
  for (const { name, values, size, specs, offsets } of model.parameters.groups) {
    const data = new RandomStream(3, name).normal(size, 0, 0.4);
    for (const [i, spec] of specs.entries())
      if (/norm\.weight$/i.test(spec.name)) {
        const width = spec.shape[0] as number;
        const begin = offsets[i] as number;
        for (let k = begin; k < begin + width; k++) data[k] = 1 + (data[k] as number);
      }
    values.write(data);
  }
  return model;
}

/** Encodings of some rows. */
export async function encodings(count: number): Promise<EncodedText[]> {
  const tokenizer = await loadTinyTokenizer();
  return rows(count).map(([text, pair]) => tokenizer.encode(text, pair));
}
