import type { EncodedText, Encoder, HostArray } from '@scalearn/core';
import { largestBatch, mapTimeSliced } from '@scalearn/core/methods';

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
  const hidden = encoder.build({ sites: {} }).output;
  const program = await encoder.device.compile(
    { outputs: { hidden } },
    { ...largestBatch(encoded, batchSize), label: 'embeddings' },
  );
  try {
    const embeddings: Float32Array[] = [];
    for (let at = 0; at < encoded.length; at += batchSize) {
      signal?.throwIfAborted();
      const batch = encoded.slice(at, at + batchSize).flatMap(({ texts }) => texts);
      const result = await program.run(encoder.feeds(batch));
      embeddings.push(...means(result.hidden as HostArray, batch, encoder.architecture.hiddenSize));
      onProgress?.(embeddings.length, encoded.length);
    }
    return embeddings;
  } finally {
    program.dispose();
  }
}

/** Returns each text's mean hidden state, normalized to unit length. */
function means(hidden: HostArray, texts: readonly EncodedText[], size: number): Float32Array[] {
  let row = 0;
  return texts.map(({ inputIds }) => {
    const sum = new Float64Array(size);
    for (const end = row + inputIds.length; row < end; row++)
      for (let i = 0; i < size; i++) sum[i] = (sum[i] as number) + (hidden[row * size + i] as number);
    const length = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
    return Float32Array.from(sum, (value) => value / length);
  });
}
