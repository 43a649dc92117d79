import type { HostArray } from '../devices/device.ts';
import { at } from '../elements.ts';
import { batchFeeds, batchWeight, type EncodedExample, tokensOf } from '../model/batches.ts';
import type { TrainingHistory } from '../model/history.ts';
import type { TrainableModel } from '../model/trainable-model.ts';
import { linearSchedule } from '../optim/schedule.ts';
import { seedKey } from '../random/streams.ts';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  type GroupVectors,
  type Progress,
  readGroups,
  readValues,
  writeGroups,
  writeValues,
} from './checkpoint.ts';
import { earlyStoppingStart, patienceExceeded, updateEarlyStopping } from './early-stopping.ts';
import { checkFinite, InterruptedError, type SteppedRun, trainInSteps } from './loop.ts';
import type { TrainOptions } from './options.ts';
import type { BatchOrder } from './order.ts';
import { batchOrder, type Plan } from './plan.ts';
import { runSettings } from './run-settings.ts';
import type { RunSettings } from './state-file.ts';
import { optimizerFeeds } from './step.ts';
import { createTracks, disposeTracks, type Track } from './track.ts';
import { validate } from './validate.ts';

/** One training run: its state and its steps. */
export class Run implements SteppedRun {
  readonly name = 'training';
  readonly #options: TrainOptions;
  readonly #plan: Plan;
  readonly #model: TrainableModel;
  readonly #tracks: readonly Track[];
  readonly #order: BatchOrder;
  readonly #settings: RunSettings;
  /** Number of started steps of each task. */
  readonly #begun = new Map<string, number>();
  #began = performance.now();
  #progress: Progress = {
    step: 0,
    taskSteps: {},
    lossSum: 0,
    lossRows: 0,
    stopping: earlyStoppingStart,
    history: [],
    finished: false,
    seconds: 0,
    kernels: {},
  };
  /** Parameters of the best evaluation. */
  #best: GroupVectors = new Map();

  private constructor(
    options: TrainOptions,
    plan: Plan,
    model: TrainableModel,
    tracks: readonly Track[],
    settings: RunSettings,
  ) {
    this.#options = options;
    this.#plan = plan;
    this.#model = model;
    this.#tracks = tracks;
    this.#order = batchOrder(options, plan);
    this.#settings = settings;
  }

  static async create(options: TrainOptions, plan: Plan, model: TrainableModel): Promise<Run> {
    const settings = runSettings(options, plan, model);
    const bytes = options.resume ? await options.checkpoints?.load() : undefined;
    const state = bytes && decodeCheckpoint(bytes, settings, model.parameters.groups);
    // Before anything is compiled: other kernels may round differently.
    if (state) model.encoder.device.useKernels?.(state.progress.kernels);
    let tracks: readonly Track[];
    try {
      tracks = await createTracks(options, plan, model);
    } catch (error) {
      if (options.signal?.aborted) throw new InterruptedError('training was interrupted before it began');
      throw error;
    }
    const run = new Run(options, plan, model, tracks, settings);
    try {
      await run.#restore(state);
    } catch (error) {
      run.dispose();
      throw error;
    }
    return run;
  }

  get summary(): TrainingHistory {
    const { history, stopping, step, seconds } = this.#progress;
    return { history, bestEpoch: stopping.bestEvaluation, steps: step, seconds };
  }

  async #restore(state: ReturnType<typeof decodeCheckpoint> | undefined): Promise<void> {
    const { parameters, encoder } = this.#model;
    if (state) {
      const { progress, groups } = state;
      writeGroups(parameters.groups, groups);
      this.#progress = progress;
      this.#best = new Map([...groups].map(([name, group]) => [name, group.best]));
    } else this.#best = await readValues(parameters.groups);
    for (const [task, steps] of Object.entries(this.#progress.taskSteps)) this.#begun.set(task, steps);
    const rows = (split: 'train' | 'validation'): number =>
      this.#tracks.reduce((sum, track) => sum + track[split].length, 0);
    this.#options.onEvent?.({
      event: 'start',
      task: this.#tracks.map(({ task }) => task.id).join(', '),
      method: this.#model.method.name,
      seed: this.#plan.seed,
      steps: this.#plan.steps,
      step: this.#progress.step,
      epochs: Math.ceil(this.#plan.steps / this.#plan.evaluateEvery),
      trainRows: rows('train'),
      validationRows: rows('validation'),
      parameters: this.#model.count(),
      device: encoder.device.kind,
      memory: encoder.device.memory(),
      activations: this.#tracks.reduce((sum, track) => sum + track.activations, 0),
      operations: Math.max(...this.#tracks.map(({ program }) => program.statistics.operations)),
    });
  }

  get step(): number {
    return this.#progress.step;
  }

  get evaluations(): number {
    return this.#progress.history.length;
  }

  get isFinished(): boolean {
    return this.#progress.finished;
  }

  /** Trains to the end and restores the best parameters. */
  async toEnd(): Promise<void> {
    const { checkpoints, signal } = this.#options;
    this.#began = performance.now() - this.#progress.seconds * 1000;
    await trainInSteps(this, { ...this.#plan, checkpoints, signal });
    writeValues(this.#model.parameters.groups, this.#best);
  }

  async runStep(step: number): Promise<void> {
    const { seed, learningRate, weightDecay, warmupSteps, steps } = this.#plan;
    const { encoder, parameters } = this.#model;
    const { task, rows } = this.#order.at(step);
    const track = at(this.#tracks, task);
    const batch = Array.from(rows, (row) => at(track.train, row));
    const rate = learningRate * linearSchedule(step, steps, warmupSteps);
    const begun = this.#begun;
    begun.set(track.name, (begun.get(track.name) ?? 0) + 1);
    // A group that only some tasks update has as many steps as these tasks.
    const count = (names: Iterable<string> = begun.keys()): number => {
      let sum = 0;
      for (const name of names) sum += begun.get(name) ?? 0;
      return sum;
    };
    const result = await track.step({
      ...batchFeeds(encoder, this.#model.head(track.name), batch, track.classWeights),
      ...optimizerFeeds(parameters, rate, weightDecay, (group) => count(group.tasks), { task: track.name }),
      random: Int32Array.of(...seedKey(seed), step),
    });
    this.#stepDone(result, track, step, batch, rate);
  }

  #stepDone(
    result: Record<string, HostArray>,
    { name, task, classWeights }: Track,
    step: number,
    batch: readonly EncodedExample[],
    learningRate: number,
  ): void {
    const loss = result.loss?.[0] ?? Number.NaN;
    const gradientNorm = result.gradientNorm?.[0] ?? Number.NaN;
    checkFinite(loss, gradientNorm, step);
    const { lossSum, lossRows, taskSteps } = this.#progress;
    const weight = batchWeight(batch, classWeights);
    this.#progress = {
      ...this.#progress,
      step: step + 1,
      taskSteps: {
        ...taskSteps,
        [name]: (Object.hasOwn(taskSteps, name) ? (taskSteps[name] ?? 0) : 0) + 1,
      },
      lossSum: lossSum + loss * weight,
      lossRows: lossRows + weight,
    };
    const penalty = result.penalty?.[0];
    this.#options.onEvent?.({
      event: 'step',
      step: step + 1,
      steps: this.#plan.steps,
      epoch: Math.floor(step / this.#plan.evaluateEvery) + 1,
      ...(this.#tracks.length > 1 ? { task: task.id } : {}),
      ...{ loss, gradientNorm, learningRate },
      tokens: batch.reduce((n, example) => n + tokensOf(example), 0),
      ...(penalty === undefined ? {} : { penalty }),
    });
  }

  async evaluate(evaluation: number): Promise<void> {
    const { value, ...validation } = await validate(this.#tracks, this.#options, this.#plan.evalBatchSize);
    const stopping = updateEarlyStopping(
      this.#progress.stopping,
      value,
      this.#options.select?.better !== 'higher',
    );
    const best = stopping.bestEvaluation === stopping.evaluations;
    if (best) this.#best = await readValues(this.#model.parameters.groups);
    const { step, lossSum, lossRows, history } = this.#progress;
    const record = { epoch: evaluation, step, trainLoss: lossSum / lossRows, ...validation };
    const finished = step >= this.#plan.steps || patienceExceeded(stopping, this.#plan.patience);
    const none = { lossSum: 0, lossRows: 0, seconds: this.#seconds };
    this.#progress = { ...this.#progress, ...none, stopping, history: [...history, record], finished };
    this.#options.onEvent?.({ event: 'epoch', best, memory: this.#model.encoder.device.memory(), ...record });
  }

  async encode(): Promise<Uint8Array> {
    const { kernels = {} } = this.#model.encoder.device;
    this.#progress = { ...this.#progress, seconds: this.#seconds, kernels };
    const groups = await readGroups(this.#model.parameters.groups, this.#best);
    return encodeCheckpoint(this.#settings, this.#progress, groups, this.#options.checkpointNote);
  }

  async saved(evaluation: number): Promise<void> {
    await this.#options.onEpoch?.(await this.#model.parameters.read(), evaluation);
  }

  get #seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  dispose(): void {
    disposeTracks(this.#tracks);
  }
}
