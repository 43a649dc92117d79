import type { EncodedText, HostArray } from '@scalearn/core';
import {
  graphInputs,
  linearSchedule,
  type Program,
  RandomStream,
  randomInput,
  seedKey,
  topologicalOrder,
} from '@scalearn/core/graph';
import {
  checkFinite,
  createDropout,
  EpochOrder,
  optimizerFeeds,
  type RunSettings,
  type SteppedRun,
  trainInSteps,
  trainingGraph,
} from '@scalearn/core/methods';
import { encodePretraining, type PretrainProgress, restorePretraining, runSettings } from './checkpoint.ts';
import { Evaluator } from './evaluator.ts';
import type { HeldOutRecord } from './events.ts';
import {
  encodeForMasking,
  largestMaskedBatch,
  type MaskingVocabulary,
  maskingVocabulary,
  maskTokens,
} from './masking.ts';
import { type PretrainOptions, type PretrainPlan, settlePlan } from './options.ts';

/**
 * Pretrains an encoder by masked language modeling (Devlin et al. 2019), without next-sentence prediction as in Liu et
 * al. 2019. It uses AdamW with linear warm-up and decay. The same options and seed give the same bytes, even if a run
 * was killed and resumed.
 *
 * @returns the held-out loss and accuracy of every evaluation
 * @throws ArgumentError, InterruptedError, DivergedError, CheckpointError
 */
export async function pretrain(options: PretrainOptions): Promise<readonly HeldOutRecord[]> {
  using run = await PretrainRun.create(options, settlePlan(options));
  return await run.toEnd();
}

interface RunParts {
  readonly program: Program;
  readonly evaluator: Evaluator;
  readonly vocabulary: MaskingVocabulary;
  readonly texts: readonly EncodedText[];
  readonly settings: RunSettings;
  readonly inputs: ReadonlySet<string>;
}

/** The state of one pretraining run. */
class PretrainRun implements SteppedRun, Disposable {
  readonly name = 'pretraining';
  readonly #options: PretrainOptions;
  readonly #plan: PretrainPlan;
  readonly #parts: RunParts;
  readonly #order: EpochOrder;
  #progress: PretrainProgress;

  private constructor(
    options: PretrainOptions,
    plan: PretrainPlan,
    parts: RunParts,
    progress: PretrainProgress = { step: 0, history: [], kernels: {} },
  ) {
    this.#options = options;
    this.#plan = plan;
    this.#parts = parts;
    this.#progress = progress;
    this.#order = new EpochOrder(parts.texts.length, plan.batchSize, plan.seed);
  }

  static async create(options: PretrainOptions, plan: PretrainPlan): Promise<PretrainRun> {
    const { model, tokenizer, heldOut, resume, checkpoints } = options;
    const { batchSize, maskRate, maxLength, maxGradNorm } = plan;
    const vocabulary = maskingVocabulary(tokenizer, model.config, { families: [model.family] });
    const texts = encodeForMasking(options.texts, tokenizer, vocabulary, maxLength);
    const heldOutTexts = encodeForMasking(heldOut, tokenizer, vocabulary, maxLength);
    const settings = await runSettings(model, plan, texts, heldOutTexts);
    const bytes = resume ? await checkpoints?.load() : undefined;
    const progress = bytes && restorePretraining(bytes, settings, model.parameters);
    // Before anything is compiled: other kernels may round differently.
    if (progress) model.device.useKernels?.(progress.kernels);
    const parts = model.build(plan.dropout ? createDropout(randomInput()) : undefined);
    const graph = trainingGraph(parts, model.parameters, { maxGradNorm });
    const inputs = new Set(graphInputs(topologicalOrder(graph)).keys());
    const program = await model.device.compile(graph, {
      ...largestMaskedBatch(texts, batchSize, vocabulary, maskRate),
      label: 'pretraining',
    });
    try {
      // The evaluator is also compiled before the first step, so that nothing is created during training.
      const evaluator = await Evaluator.create(model, heldOutTexts, vocabulary, plan);
      const made = { program, evaluator, vocabulary, texts, settings, inputs };
      return new PretrainRun(options, plan, made, progress);
    } catch (error) {
      program.dispose();
      throw error;
    }
  }

  get step(): number {
    return this.#progress.step;
  }

  get evaluations(): number {
    return this.#progress.history.length;
  }

  get isFinished(): boolean {
    return this.#progress.history.at(-1)?.step === this.#plan.steps;
  }

  /** Trains to the end. */
  async toEnd(): Promise<readonly HeldOutRecord[]> {
    this.#tellStart();
    const { checkpoints, signal } = this.#options;
    await trainInSteps(this, { ...this.#plan, checkpoints, signal });
    return this.#progress.history;
  }

  #tellStart(): void {
    const { model, heldOut } = this.#options;
    const { program, texts } = this.#parts;
    this.#options.onEvent?.({
      event: 'start',
      steps: this.#plan.steps,
      step: this.#progress.step,
      texts: texts.length,
      heldOut: heldOut.length,
      parameters: model.parameters.count(),
      device: model.device.kind,
      operations: program.statistics.operations,
    });
  }

  async runStep(step: number): Promise<void> {
    const { seed, maskRate, steps, warmupSteps, weightDecay } = this.#plan;
    const { program, vocabulary, inputs } = this.#parts;
    const { model, onEvent } = this.#options;
    const batch = maskTokens(this.#batch(step), vocabulary, new RandomStream(seed, `mask/${step}`), maskRate);
    const learningRate = this.#plan.learningRate * linearSchedule(step, steps, warmupSteps);
    const feeds: Record<string, HostArray> = {
      ...model.feeds(batch),
      ...optimizerFeeds(model.parameters, learningRate, weightDecay, step + 1),
      ...(inputs.has('random') ? { random: Int32Array.of(...seedKey(seed), step) } : {}),
    };
    const result = await program.run(feeds);
    const loss = result.loss?.[0] as number;
    const gradientNorm = result.gradientNorm?.[0] as number;
    checkFinite(loss, gradientNorm, step);
    this.#progress = { ...this.#progress, step: step + 1 };
    const tokens = batch.texts.reduce((n, text) => n + text.inputIds.length, 0);
    const masked = batch.labels.length;
    onEvent?.({ event: 'step', step: step + 1, steps, loss, gradientNorm, learningRate, tokens, masked });
  }

  /** Returns the texts of a step. Every epoch has a new order. */
  #batch(step: number): EncodedText[] {
    const { texts } = this.#parts;
    return Array.from(this.#order.at(step).rows, (row) => texts[row] as EncodedText);
  }

  async evaluate(): Promise<void> {
    const { signal, onEvent } = this.#options;
    const { step, history } = this.#progress;
    const record = { step, ...(await this.#parts.evaluator.evaluate(signal)) };
    this.#progress = { ...this.#progress, step, history: [...history, record] };
    onEvent?.({ event: 'evaluation', ...record });
  }

  encode(): Promise<Uint8Array> {
    const { device, parameters } = this.#options.model;
    const { kernels = {} } = device;
    return encodePretraining(this.#parts.settings, { ...this.#progress, kernels }, parameters);
  }

  dispose(): void {
    this.#parts.program.dispose();
    this.#parts.evaluator.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
