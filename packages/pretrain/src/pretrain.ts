import { DivergedError, type EncodedText, type HostArray, InterruptedError } from '@scalearn/core';
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
  CheckpointWriter,
  createDropout,
  EpochOrder,
  optimizerFeeds,
  type RunSettings,
  runInOrder,
  stepsUntil,
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
class PretrainRun implements Disposable {
  readonly #options: PretrainOptions;
  readonly #plan: PretrainPlan;
  readonly #parts: RunParts;
  readonly #order: EpochOrder;
  readonly #writer: CheckpointWriter;
  #progress: PretrainProgress = { step: 0, history: [] };

  private constructor(options: PretrainOptions, plan: PretrainPlan, parts: RunParts) {
    this.#options = options;
    this.#plan = plan;
    this.#parts = parts;
    this.#order = new EpochOrder(parts.texts.length, plan.batchSize, plan.seed);
    this.#writer = new CheckpointWriter(options.checkpoints, plan.checkpointEvery);
  }

  static async create(options: PretrainOptions, plan: PretrainPlan): Promise<PretrainRun> {
    const { model, tokenizer, heldOut } = options;
    const { batchSize, maskRate, maxLength, maxGradNorm } = plan;
    const vocabulary = maskingVocabulary(tokenizer, model.config, { families: [model.family] });
    const texts = encodeForMasking(options.texts, tokenizer, vocabulary, maxLength);
    const heldOutTexts = encodeForMasking(heldOut, tokenizer, vocabulary, maxLength);
    const settings = await runSettings(model, plan, texts, heldOutTexts);
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
      return new PretrainRun(options, plan, { program, evaluator, vocabulary, texts, settings, inputs });
    } catch (error) {
      program.dispose();
      throw error;
    }
  }

  /** Trains to the end. */
  async toEnd(): Promise<readonly HeldOutRecord[]> {
    await this.#restore();
    const { steps, evaluateEvery } = this.#plan;
    try {
      while (this.#progress.history.at(-1)?.step !== steps) {
        // Progress is counted in evaluations. A run interrupted between a step and its evaluation resumes with that
        // evaluation.
        await this.#train(Math.min(steps, (this.#progress.history.length + 1) * evaluateEvery));
        await this.#evaluate();
        await this.#save();
      }
    } finally {
      await this.#writer.idle();
    }
    return this.#progress.history;
  }

  async #restore(): Promise<void> {
    const { model, resume, checkpoints, heldOut } = this.#options;
    const { program, settings, texts } = this.#parts;
    const bytes = resume ? await checkpoints?.load() : undefined;
    if (bytes) this.#progress = restorePretraining(bytes, settings, model.parameters);
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

  /** Trains up to step `end` with a few steps in flight. Checkpoints are written while training continues. */
  async #train(end: number): Promise<void> {
    const { signal } = this.#options;
    const isDue = (): boolean => this.#writer.isDue;
    while (this.#progress.step < end && !signal?.aborted) {
      await runInOrder(stepsUntil(end, this.#progress.step, signal, isDue), (step) => this.#step(step));
      if (this.#progress.step < end && !signal?.aborted) await this.#beginSave();
    }
    if (signal?.aborted) await this.#interrupt();
  }

  async #step(step: number): Promise<void> {
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
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm))
      throw new DivergedError(
        `the loss is ${loss} at step ${step + 1} (gradient norm ${gradientNorm}); try a smaller learning rate`,
      );
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

  async #evaluate(): Promise<void> {
    const { signal, onEvent } = this.#options;
    const { step, history } = this.#progress;
    let scores: { readonly loss: number; readonly accuracy: number };
    try {
      scores = await this.#parts.evaluator.evaluate(signal);
    } catch (error) {
      if (signal?.aborted) await this.#interrupt();
      throw error;
    }
    const record = { step, ...scores };
    this.#progress = { step, history: [...history, record] };
    onEvent?.({ event: 'evaluation', ...record });
  }

  async #interrupt(): Promise<never> {
    await this.#save();
    const { step } = this.#progress;
    throw new InterruptedError(`pretraining was interrupted at step ${step} of ${this.#plan.steps}`);
  }

  async #save(): Promise<void> {
    await this.#beginSave();
    await this.#writer.finish();
  }

  #beginSave(): Promise<void> {
    const { settings } = this.#parts;
    const { parameters } = this.#options.model;
    return this.#writer.begin(() => encodePretraining(settings, this.#progress, parameters));
  }

  dispose(): void {
    this.#parts.program.dispose();
    this.#parts.evaluator.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
