import type { EncodedText, Encoder, HostArray, SourceAdapter } from '@scalearn/core';
import { input, type Program, type Tensor } from '@scalearn/core/graph';
import { checkSources, largestBatch, type Pooling, type Sites, storedSource } from '@scalearn/core/methods';

export interface FeatureOptions {
  /** What is read of a text: the first token, or the mean or the sum of all tokens, special ones included; `first` by default. */
  readonly pooling?: Pooling | 'sum';
  /** Number of texts of a batch; 32 by default. */
  readonly batchSize?: number;
  /** Aborting rejects with the signal's reason; by default nothing aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Receives the number of finished texts and the total number; by default progress is not reported. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Computes features of texts: what a head reads of the last hidden states, before it is trained. */
export class FeatureProgram implements Disposable {
  readonly #encoder: Encoder;
  readonly #texts: readonly EncodedText[];
  readonly #program: Program;
  readonly #options: FeatureOptions & { readonly batchSize: number };

  private constructor(
    encoder: Encoder,
    texts: readonly EncodedText[],
    program: Program,
    options: FeatureOptions & { readonly batchSize: number },
  ) {
    this.#encoder = encoder;
    this.#texts = texts;
    this.#program = program;
    this.#options = options;
  }

  /** Compiles the encoder with functions at its sites; without any it is the encoder itself. */
  static async create(
    encoder: Encoder,
    texts: readonly EncodedText[],
    sites: Sites = {},
    options: FeatureOptions = {},
  ): Promise<FeatureProgram> {
    const { batchSize = 32 } = options;
    const { output } = encoder.build({ sites });
    const rows = texts.map((text) => ({ texts: [text] }));
    const program = await encoder.device.compile(
      { outputs: { hidden: output } },
      { ...largestBatch(rows, batchSize), label: 'features' },
    );
    return new FeatureProgram(encoder, texts, program, { ...options, batchSize });
  }

  /**
   * Computes the features of all texts.
   *
   * @param feeds values of further inputs of the graph
   * @returns `[texts, hidden]`, row-major
   */
  async compute(feeds: Readonly<Record<string, HostArray>> = {}): Promise<Float64Array> {
    const { pooling = 'first', batchSize, signal, onProgress } = this.#options;
    const { hiddenSize } = this.#encoder.architecture;
    const features = new Float64Array(this.#texts.length * hiddenSize);
    for (let from = 0; from < this.#texts.length; from += batchSize) {
      signal?.throwIfAborted();
      const batch = this.#texts.slice(from, from + batchSize);
      const { hidden } = await this.#program.run({ ...this.#encoder.feeds(batch), ...feeds });
      let token = 0;
      for (const [i, { inputIds }] of batch.entries()) {
        const used = pooling === 'first' ? 1 : inputIds.length;
        const row = features.subarray((from + i) * hiddenSize, (from + i + 1) * hiddenSize);
        // Not checked per element: there are millions of elements.
        for (let t = token; t < token + used; t++)
          for (let c = 0; c < hiddenSize; c++)
            row[c] = (row[c] as number) + ((hidden as HostArray)[t * hiddenSize + c] as number);
        if (pooling === 'mean') for (let c = 0; c < hiddenSize; c++) row[c] = (row[c] as number) / used;
        token += inputIds.length;
      }
      onProgress?.(Math.min(from + batchSize, this.#texts.length), this.#texts.length);
    }
    return features;
  }

  dispose(): void {
    this.#program.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** The features of texts under any number of adapters. Adapters of one shape share a program, which is compiled once. */
export class AdapterFeatures implements Disposable {
  readonly #encoder: Encoder;
  readonly #texts: readonly EncodedText[];
  readonly #options: FeatureOptions;
  readonly #programs = new Map<string, Promise<FeatureProgram>>();

  /** @param encoder the encoder of the adapters; it belongs to the caller */
  constructor(encoder: Encoder, texts: readonly EncodedText[], options: FeatureOptions = {}) {
    this.#encoder = encoder;
    this.#texts = texts;
    this.#options = options;
  }

  /**
   * Computes the features of all texts.
   *
   * @param adapter a bottleneck adapter or a LoRA; undefined for the encoder itself
   * @returns `[texts, hidden]`, row-major
   * @throws ArgumentError for an adapter that does not fit the encoder
   */
  async compute(adapter?: SourceAdapter): Promise<Float64Array> {
    if (this.#texts.length === 0) return new Float64Array();
    if (!adapter) return await (await this.#program('', {})).compute();
    const { architecture, fingerprint } = this.#encoder;
    checkSources([adapter], { encoder: architecture, encoderFingerprint: fingerprint });
    const { method, tensors } = storedSource({ ...adapter, name: 'source' }, architecture);
    const shapes = [...tensors].map(([key, { shape }]) => [key, shape]);
    const parameter = (key: string): Tensor => input(key, tensors.get(key)?.shape ?? []);
    const sites = method.sites({
      ...{ encoder: architecture, adapterName: 'source', task: 'source', tasks: ['source'] },
      ...{ parameter, frozen: parameter },
    });
    const program = await this.#program(JSON.stringify([method.name, method.settings, shapes]), sites);
    return await program.compute(Object.fromEntries([...tensors].map(([key, { data }]) => [key, data])));
  }

  #program(key: string, sites: Sites): Promise<FeatureProgram> {
    const known = this.#programs.get(key);
    if (known) return known;
    const made = FeatureProgram.create(this.#encoder, this.#texts, sites, this.#options);
    this.#programs.set(key, made);
    return made;
  }

  dispose(): void {
    for (const program of this.#programs.values())
      program.then(
        (ready) => ready.dispose(),
        () => {},
      );
    this.#programs.clear();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
