// Writes what an encoder computes, as JSON on standard output, for scripts/check-encoder.py to compare with Python's
// transformers: token ids of many texts; hidden states and masked-language-modeling logits of a few.
// Usage: dump-encoder.ts FOLDER [TEXTS], a file with a text, or two with a tab between them, in each line.
import { readFile } from 'node:fs/promises';
import { requestDevice } from '@scalearn/core';
import { miniglueText } from '@scalearn/datasets';
import { maxSequenceLength, openCheckpoint, openModelFiles, type Segments } from '@scalearn/encoders';
import { loadMaskedLM } from '@scalearn/pretrain';

const [folder, file] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: dump-encoder.ts FOLDER [TEXTS]');

/** For how many texts states are written. */
const few = 8;
const texts: Segments[] = file
  ? (await readFile(file, 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t', 2) as [string] | [string, string])
  : [...miniglueText({ documents: 3000, seed: 1 })];

const files = await openModelFiles(folder);
const { entries } = await openCheckpoint(files);
const hasHead = entries.has('cls.predictions.bias') || entries.has('lm_head.bias');
await using device = await requestDevice({ onWarning: () => {} });
const { model, tokenizer } = await loadMaskedLM(files, { device });
const encoded = texts.map(([text, pair]) => tokenizer.encode(text, pair));

const { hiddenStates, logits } = model.build();
const last = hiddenStates.at(-1) as typeof logits;
using program = await device.compile({ outputs: hasHead ? { last, logits } : { last } });
const results: { row: number; values: Record<string, readonly number[]> }[] = [];
for (const [row, text] of encoded.entries()) {
  if (text.inputIds.length > maxSequenceLength(model.config)) continue;
  if (results.length === few) break;
  const positions = Int32Array.from({ length: text.inputIds.length }, (_, i) => i);
  const { labels, maskedPositions, ...feeds } = model.feeds({ texts: [text], positions, labels: positions });
  const result = await program.run(hasHead ? { ...feeds, maskedPositions: positions } : feeds);
  const values = Object.entries(result).map(([name, data]) => [name, Array.from(data)] as const);
  results.push({ row, values: Object.fromEntries(values) });
}
const ids = encoded.map(({ inputIds, tokenTypeIds }) => [Array.from(inputIds), Array.from(tokenTypeIds)]);
console.log(JSON.stringify({ texts, ids, results }));
