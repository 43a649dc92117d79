import type { EncodedText, ModelOutput } from '@scalearn/core';
import { loadRuntime, type Runtime, type RuntimeName, type RuntimeTensor, type Session } from '../runtime.ts';
import { modelInput } from './select-model.ts';

/** Options of {@link openExportedFile}. */
export interface ExportedFileOptions {
  /** The ONNX Runtime to use. Default: the native one in Node and Deno, the WebAssembly one in a browser. */
  readonly runtime?: RuntimeName;
  /** Number of threads. Default: the runtime decides. */
  readonly threads?: number;
}

/** Options of {@link ExportedFile.predict}. */
export interface ExportedPredictOptions {
  /** Texts per batch; 32 by default. */
  readonly batchSize?: number;
  /** Index of the model, for a file of several. Default 0. */
  readonly model?: number;
  /** Stops between batches. Default: nothing stops it. */
  readonly signal?: AbortSignal;
  /** Receives the number of finished texts and their total. Default: nobody does. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** An exported ONNX file in ONNX Runtime, as other programs run it. It holds memory until it is closed. */
export interface ExportedFile extends AsyncDisposable {
  /**
   * Computes the logits of encoded texts. Each batch is padded to its longest text.
   *
   * @param texts at least one, as `encoder.encode` returns them
   * @throws the signal's reason
   */
  predict(texts: readonly EncodedText[], options?: ExportedPredictOptions): Promise<ModelOutput>;
}

/**
 * Opens a file that `exportOnnx` wrote, to measure what its storage type costs.
 *
 * @param file content of a file such as `onnx/model_quantized.onnx`
 * @throws DeviceError if ONNX Runtime is not installed
 */
export async function openExportedFile(
  file: Uint8Array,
  { runtime: name, threads }: ExportedFileOptions = {},
): Promise<ExportedFile> {
  const runtime = await loadRuntime(name);
  const options = threads === undefined ? {} : { intraOpNumThreads: threads };
  const session = await runtime.InferenceSession.create(file, options);
  return {
    predict: (texts, how) => predict(runtime, session, texts, how),
    [Symbol.asyncDispose]: () => session.release(),
  };
}

async function predict(
  runtime: Runtime,
  session: Session,
  texts: readonly EncodedText[],
  { batchSize = 32, model = 0, signal, onProgress }: ExportedPredictOptions = {},
): Promise<ModelOutput> {
  const batches: Float32Array[] = [];
  onProgress?.(0, texts.length);
  for (let from = 0; from < texts.length; from += batchSize) {
    signal?.throwIfAborted();
    const batch = texts.slice(from, from + batchSize);
    const { logits } = await session.run(paddedFeeds(runtime, session, batch, model));
    batches.push((logits as RuntimeTensor).data as Float32Array);
    onProgress?.(from + batch.length, texts.length);
  }
  const logits = new Float32Array(batches.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const batch of batches) {
    logits.set(batch, at);
    at += batch.length;
  }
  return { logits, rows: texts.length, columns: logits.length / texts.length };
}

/** Returns the inputs that the file has for a batch, padded at the end. */
function paddedFeeds(
  { Tensor }: Runtime,
  { inputNames }: Session,
  batch: readonly EncodedText[],
  model: number,
): Record<string, RuntimeTensor> {
  const width = Math.max(...batch.map(({ inputIds }) => inputIds.length));
  const padded = (at: (text: EncodedText, place: number) => number): RuntimeTensor => {
    const values = new BigInt64Array(batch.length * width);
    for (const [row, text] of batch.entries())
      for (let place = 0; place < text.inputIds.length; place++)
        values[row * width + place] = BigInt(at(text, place));
    return new Tensor('int64', values, [batch.length, width]);
  };
  const feeds = {
    input_ids: padded(({ inputIds }, place) => inputIds[place] ?? 0),
    attention_mask: padded(() => 1),
    token_type_ids: padded(({ tokenTypeIds }, place) => tokenTypeIds?.[place] ?? 0),
    [modelInput]: new Tensor('int64', BigInt64Array.of(BigInt(model)), [1]),
  };
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => inputNames.includes(name)));
}
