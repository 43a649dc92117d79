import type { EncodedText, Encoder } from '@scalearn/core';
import { loadTask } from '@scalearn/datasets';
import { glueFolder } from './places.ts';

/** Tokenized rows of a task with their labels. */
export interface Rows {
  readonly texts: readonly EncodedText[];
  readonly labels: Int32Array;
  /** Number of real tokens, including special tokens. Nothing is padded. */
  readonly tokens: number;
}

/** Reads the first rows of RTE's training split. */
export async function rteRows(encoder: Encoder, count = 32): Promise<Rows> {
  const { train, maxLength, truncation } = await loadTask('glue/rte', { data: glueFolder, limit: count });
  return rowsOf(
    train.map(({ segments }) => encoder.encode(segments, { maxLength, truncation })),
    Int32Array.from(train.map(({ label }) => label)),
  );
}

export function rowsOf(texts: readonly EncodedText[], labels: Int32Array): Rows {
  return { texts, labels, tokens: texts.reduce((n, { inputIds }) => n + inputIds.length, 0) };
}
