import type { Graph } from '@scalearn/core/graph';
import type { HostContext } from './host/context.ts';
import type { OnnxHost, Session } from './runtime.ts';
import { type Translation, translate } from './translate.ts';

/** A graph that ONNX Runtime has opened. */
interface OpenedGraph {
  readonly translation: Translation;
  readonly session: Session;
}

/** When and how attention goes through blocks of queries. */
interface BlockLimits {
  /** Tokens of the longest sequence of a batch for which attention keeps the scores of whole sequences. */
  readonly longest: number;
  /** Most scores of a head in a block. */
  readonly scores: number;
}

const usualLimits: BlockLimits = { longest: 1024, scores: 2 ** 20 };

/**
 * The forms of a graph: one that is fast for batches of short sequences, and one whose memory is in proportion to the
 * length of sequences, because its attention goes through blocks of queries. Few programs meet long sequences, so the
 * second is opened for the first batch that needs it. Both read the same weights, but each keeps its own memory for
 * intermediate values.
 */
export class GraphForms {
  readonly short: OpenedGraph;
  readonly #graph: Graph;
  readonly #host: OnnxHost;
  readonly #limits: BlockLimits;
  #long: OpenedGraph | undefined;

  private constructor(short: OpenedGraph, graph: Graph, host: OnnxHost, limits: BlockLimits) {
    this.short = short;
    this.#graph = graph;
    this.#host = host;
    this.#limits = limits;
  }

  static async open(graph: Graph, host: OnnxHost, limits: BlockLimits = usualLimits): Promise<GraphForms> {
    return new GraphForms(await open(translate(graph), host), graph, host, limits);
  }

  /** Returns the form for a batch. */
  async of(batch: HostContext): Promise<OpenedGraph> {
    if (!this.#isLong(batch)) return this.short;
    this.#long ??= await this.#openLong();
    return this.#long;
  }

  async release(): Promise<void> {
    const { short } = this;
    await short.session.release();
    if (this.#long && this.#long !== short) await this.#long.session.release();
  }

  /** Returns the short form if there is no attention that goes through blocks. */
  async #openLong(): Promise<OpenedGraph> {
    const translation = translate(this.#graph, this.#limits.scores);
    const isDivided = translation.hostInputs.some(({ value }) => 'scores' in value);
    return isDivided ? await open(translation, this.#host) : this.short;
  }

  /** Returns whether a sequence of the batch is long, with attention that has no window. */
  #isLong(batch: HostContext): boolean {
    return this.short.translation.hostInputs.some(
      ({ value }) =>
        value.kind === 'paddingBias' &&
        value.window === undefined &&
        batch.groups(value.cuSeqlens, value.groups).some(({ longest }) => longest > this.#limits.longest),
    );
  }
}

async function open(translation: Translation, { runtime, threads }: OnnxHost): Promise<OpenedGraph> {
  const session = await runtime.InferenceSession.create(translation.model, {
    executionProviders: [runtime.env.versions?.node ? 'cpu' : 'wasm'],
    graphOptimizationLevel: 'all',
    // Every batch has a different shape. A memory plan per shape would need a second arena and would never be reused.
    enableMemPattern: false,
    ...(threads ? { intraOpNumThreads: threads } : {}),
    // Smaller blocks of work balance threads, which do not run equally fast on a shared machine.
    extra: { session: { dynamic_block_base: '4' } },
  });
  return { translation, session };
}
