import type { Encoder, HostArray, Method } from '@scalearn/core';
import { type Program, randomInput } from '@scalearn/core/graph';
import {
  createDropout,
  createHead,
  optimizerFeeds,
  TrainableModel,
  trainingGraph,
} from '@scalearn/core/methods';
import type { Rows } from './rows.ts';

/** A compiled training step that can be repeated on the same rows: forward, backward, clipping, AdamW. */
export class Step implements Disposable {
  readonly program: Program;
  readonly #model: TrainableModel;
  readonly #rows: Rows;
  #count = 0;

  private constructor(model: TrainableModel, program: Program, rows: Rows) {
    this.#model = model;
    this.program = program;
    this.#rows = rows;
  }

  /** Compiles a step. Dropout is as the encoder and the method configure it. */
  static async create(encoder: Encoder, method: Method, rows: Rows): Promise<Step> {
    const head = createHead({
      problem: 'singleLabelClassification',
      outputs: 2,
      layout: method.headLayout,
      name: 'rte',
    });
    const model = await TrainableModel.create({
      encoder,
      method,
      heads: { rte: head },
      adapterName: 'rte',
      seed: 0,
    });
    const graph = trainingGraph(model.build(createDropout(randomInput())), model.parameters, {
      maxGradNorm: 1,
    });
    return new Step(model, await encoder.device.compile(graph), rows);
  }

  /** Takes one step. The measured time includes making the dropout masks. */
  run(): Promise<Record<string, HostArray>> {
    const { texts, labels } = this.#rows;
    const step = ++this.#count;
    return this.program.run({
      ...this.#model.encoder.feeds(texts),
      ...optimizerFeeds(this.#model.parameters, this.#model.method.defaults.learningRate, 0, step),
      labels,
      random: Int32Array.of(0, 0, step),
    });
  }

  [Symbol.dispose](): void {
    this.program.dispose();
    this.#model.dispose();
  }
}
