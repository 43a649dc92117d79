import type { Encoder } from '@scalearn/core';
import { mapTimeSliced } from '@scalearn/core/methods';
import { AdapterFeatures } from './features.ts';

export interface SentenceEmbeddingOptions {
  /** Number of texts of a batch; 32 by default. */
  readonly batchSize?: number;
  /** Maximum number of tokens of a text; 256 by default. Longer texts are truncated. */
  readonly maxLength?: number;
  /** Aborting rejects with the signal's reason; by default nothing aborts. */
  readonly signal?: AbortSignal;
  /** Receives the number of finished texts and the total number; by default progress is not reported. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Computes the embeddings of texts as sentence encoders such as all-MiniLM-L6-v2 do: the mean of the last hidden states
 * over all tokens of a text, including special tokens, normalized to unit length. The encoder computes in batches on
 * its device.
 *
 * @returns `[hidden]` for each text, in the order of the texts
 */
export async function sentenceEmbeddings(
  encoder: Encoder,
  texts: readonly string[],
  { batchSize = 32, maxLength = 256, signal, onProgress }: SentenceEmbeddingOptions = {},
): Promise<Float32Array[]> {
  if (texts.length === 0) return [];
  const encoded = await mapTimeSliced(
    texts,
    (text) => ({ texts: [encoder.encode([text], { maxLength, truncation: 'longestFirst' })] }),
    { signal },
  );
  const all = encoded.flatMap(({ texts }) => texts);
  const options = { pooling: 'sum', batchSize, signal, onProgress } as const;
  using program = new AdapterFeatures(encoder, all, options);
  const features = await program.compute();
  const { hiddenSize } = encoder.architecture;
  return all.map((_, i) => {
    const row = features.subarray(i * hiddenSize, (i + 1) * hiddenSize);
    const length = Math.sqrt(row.reduce((total, value) => total + value * value, 0));
    return Float32Array.from(row, (value) => value / length);
  });
}
