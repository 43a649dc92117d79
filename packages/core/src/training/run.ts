import type { HostArray, Program } from '../devices/device.ts';
import { ArgumentError, ScalearnError } from '../errors.ts';
import { graphInputs, topologicalOrder } from '../graph/graph.ts';
import { createDropout } from '../nn/dropout.ts';
import { randomInput } from '../ops/dropout.ts';
import { linearSchedule } from '../optim/schedule.ts';
import { seedKey } from '../random/streams.ts';
import { batchFeeds, type EncodedExample, encodeExample, epochBatches, largestBatch } from './batches.ts';
import { decodeCheckpoint, encodeCheckpoint, type Progress } from './checkpoint.ts';
import { compileWithProgress } from './compile.ts';
import { earlyStoppingStart, exhausted, observe } from './early-stopping.ts';
import { phaseReporter, type TrainEvent } from './events.ts';
import { type GroupVectors, readGroups, readValues, writeGroups, writeValues } from './group-state.ts';
import { inTurns } from './in-turns.ts';
import type { TrainableModel } from './model.ts';
import type { TrainOptions } from './options.ts';
import type { Plan } from './plan.ts';
import { type Predictions, Predictor } from './predict.ts';
import { runSettings } from './run-settings.ts';
import type { RunSettings } from './state-file.ts';
import { optimiserFeeds, trainingGraph } from './step.ts';
import type { TrainingExample } from './task.ts';

/** Training was stopped from outside; its state is saved where a checkpoint store was given. */
export class InterruptedError extends ScalearnError {
  override name = 'InterruptedError';
}

/** The loss became infinite or not a number. */
export class DivergedError extends ScalearnError {
  override name = 'DivergedError';
}

/** How many steps may be under way before their losses are read. */
const stepsInFlight = 3;

interface RunParts {
  readonly program: Program;
  readonly predictor: Predictor;
  readonly inputs: ReadonlySet<string>;
  readonly train: readonly EncodedExample[];
  readonly validation: readonly EncodedExample[];
}

/** One run: where it stands, and how it goes on. */
export class Run {
  readonly #options: TrainOptions;
  readonly #plan: Plan;
  readonly #model: TrainableModel;
  readonly #program: Program;
  /** What the program takes: without dropout there is no random state. */
  readonly #inputs: ReadonlySet<string>;
  readonly #predictor: Predictor;
  readonly #train: readonly EncodedExample[];
  readonly #validation: readonly EncodedExample[];
  readonly #settings: RunSettings;
  #began = performance.now();
  progress: Progress = {
    step: 0,
    lossSum: 0,
    lossRows: 0,
    stopping: earlyStoppingStart,
    history: [],
    finished: false,
    seconds: 0,
  };
  /** Parameters of the best evaluation. */
  best: GroupVectors = new Map();

  private constructor(
    options: TrainOptions,
    plan: Plan,
    model: TrainableModel,
    { program, predictor, inputs, train, validation }: RunParts,
  ) {
    this.#options = options;
    this.#plan = plan;
    this.#model = model;
    this.#program = program;
    this.#inputs = inputs;
    this.#train = train;
    this.#validation = validation;
    this.#predictor = predictor;
    this.#settings = runSettings(options, plan, model);
  }

  static async create(options: TrainOptions, plan: Plan, model: TrainableModel): Promise<Run> {
    const { encoder, task, onEvent } = options;
    const report = phaseReporter(onEvent);
    const rows = await encodeRows(options);
    const [train, validation] = [rows.slice(0, task.train.length), rows.slice(task.train.length)];
    const parts = model.build(createDropout(randomInput()));
    const graph = trainingGraph(parts, model.parameters, { maxGradNorm: plan.maxGradNorm });
    const program = await compileWithProgress(encoder.device, graph, {
      ...largestBatch(train, plan.batchSize),
      label: 'training',
      onProgress: report('compile'),
    });
    const inputs = new Set(graphInputs(topologicalOrder(graph)).keys());
    let predictor: Predictor;
    try {
      // Compiled before the first step, too: nothing is created once training goes on.
      predictor = await Predictor.create(model, validation, plan.evalBatchSize, report('compile'));
    } catch (error) {
      program.dispose();
      throw error;
    }
    const run = new Run(options, plan, model, { program, predictor, inputs, train, validation });
    try {
      await run.#restore();
    } catch (error) {
      run.dispose();
      throw error;
    }
    return run;
  }

  async #restore(): Promise<void> {
    const { parameters, encoder } = this.#model;
    const bytes = this.#options.resume ? await this.#options.checkpoints?.load() : undefined;
    if (bytes) {
      const { progress, groups } = decodeCheckpoint(bytes, this.#settings, parameters.groups);
      writeGroups(parameters.groups, groups);
      this.progress = progress;
      this.best = new Map([...groups].map(([name, state]) => [name, state.best]));
    } else this.best = await readValues(parameters.groups);
    this.#emit({
      event: 'start',
      task: this.#options.task.id,
      method: this.#model.method.name,
      seed: this.#plan.seed,
      steps: this.#plan.steps,
      step: this.progress.step,
      epochs: this.#plan.epochs,
      trainRows: this.#train.length,
      validationRows: this.#validation.length,
      parameters: this.#model.count(),
      device: encoder.device.kind,
      memory: encoder.device.memory(),
      operations: this.#program.statistics.operations,
    });
  }

  /** Trains to the end and puts the best parameters in place. */
  async toEnd(): Promise<void> {
    const { steps, stepsPerEpoch } = this.#plan;
    this.#began = performance.now() - this.progress.seconds * 1000;
    while (!this.progress.finished) {
      // Counted by evaluations: a run interrupted between an epoch's last step and its evaluation goes on with that.
      const epoch = this.progress.history.length;
      await this.#epoch(epoch, Math.min(steps, (epoch + 1) * stepsPerEpoch));
      await this.#evaluate(epoch + 1);
      await this.#save();
      await this.#options.onEpoch?.(await this.#model.parameters.read(), epoch + 1);
    }
    writeValues(this.#model.parameters.groups, this.best);
  }

  /** Steps up to `end`, a few of them under way at once. */
  async #epoch(epoch: number, end: number): Promise<void> {
    const { seed, batchSize, stepsPerEpoch, learningRate, weightDecay, warmupSteps, steps } = this.#plan;
    const { encoder, head, parameters } = this.#model;
    const batches = epochBatches(this.#train.length, batchSize, seed, epoch);
    const [key0, key1] = seedKey(seed);
    const running: Promise<void>[] = [];
    try {
      for (let step = this.progress.step; step < end; step++) {
        if (this.#options.signal?.aborted) break;
        const rows = batches[step - epoch * stepsPerEpoch] as Int32Array;
        const batch = Array.from(rows, (row) => this.#train[row] as EncodedExample);
        const rate = learningRate * linearSchedule(step, steps, warmupSteps);
        const feeds = {
          ...batchFeeds(encoder, head, batch),
          ...optimiserFeeds(parameters, rate, weightDecay, step + 1),
          random: Int32Array.of(key0, key1, step),
        };
        const used = Object.fromEntries(Object.entries(feeds).filter(([name]) => this.#inputs.has(name)));
        const tokens = batch.reduce((n, example) => n + example.text.inputIds.length, 0);
        running.push(
          this.#program.run(used).then((result) => this.#stepDone(result, step, batch.length, tokens, rate)),
        );
        if (running.length >= stepsInFlight) await running.shift();
      }
    } finally {
      await Promise.all(running);
    }
    if (this.#options.signal?.aborted) await this.#interrupt();
  }

  #stepDone(
    result: Record<string, HostArray>,
    step: number,
    rows: number,
    tokens: number,
    learningRate: number,
  ): void {
    const loss = result.loss?.[0] as number;
    const gradientNorm = result.gradientNorm?.[0] as number;
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm))
      throw new DivergedError(
        `the loss is ${loss} at step ${step + 1} (gradient norm ${gradientNorm}); try a smaller learning rate`,
      );
    const { lossSum, lossRows } = this.progress;
    this.progress = {
      ...this.progress,
      step: step + 1,
      lossSum: lossSum + loss * rows,
      lossRows: lossRows + rows,
    };
    const penalty = result.penalty?.[0];
    const epoch = Math.floor(step / this.#plan.stepsPerEpoch) + 1;
    const shared = {
      step: step + 1,
      steps: this.#plan.steps,
      epoch,
      loss,
      gradientNorm,
      learningRate,
      tokens,
    };
    this.#emit({ event: 'step', ...shared, ...(penalty === undefined ? {} : { penalty }) });
  }

  async #evaluate(epoch: number): Promise<void> {
    const { metrics, select } = this.#options;
    let predictions: Predictions;
    try {
      predictions = await this.#predictor.predict(
        this.#validation,
        this.#options.signal,
        phaseReporter(this.#options.onEvent)('evaluate'),
      );
    } catch (error) {
      if (this.#options.signal?.aborted) await this.#interrupt();
      throw error;
    }
    const validationMetrics = metrics?.(predictions) ?? {};
    const value = select && select.metric !== 'loss' ? validationMetrics[select.metric] : predictions.loss;
    if (value === undefined) throw new ArgumentError(`there is no metric '${select?.metric}' to select by`);
    const stopping = observe(this.progress.stopping, value, select?.better !== 'higher');
    const best = stopping.bestEvaluation === stopping.evaluations;
    if (best) this.best = await readValues(this.#model.parameters.groups);
    const { step, lossSum, lossRows, history } = this.progress;
    const record = {
      epoch,
      step,
      trainLoss: lossSum / lossRows,
      validationLoss: predictions.loss,
      validationMetrics,
    };
    const finished = step >= this.#plan.steps || exhausted(stopping, this.#plan.patience);
    this.progress = {
      ...this.progress,
      stopping,
      lossSum: 0,
      lossRows: 0,
      history: [...history, record],
      finished,
    };
    this.#emit({ event: 'epoch', best, memory: this.#model.encoder.device.memory(), ...record });
  }

  async #interrupt(): Promise<never> {
    await this.#save();
    throw new InterruptedError(
      `training was interrupted at step ${this.progress.step} of ${this.#plan.steps}`,
    );
  }

  async #save(): Promise<void> {
    this.progress = { ...this.progress, seconds: (performance.now() - this.#began) / 1000 };
    const { checkpoints } = this.#options;
    if (!checkpoints) return;
    const groups = await readGroups(this.#model.parameters.groups, this.best);
    await checkpoints.save(encodeCheckpoint(this.#settings, this.progress, groups));
  }

  #emit(event: TrainEvent): void {
    this.#options.onEvent?.(event);
  }

  dispose(): void {
    this.#program.dispose();
    this.#predictor.dispose();
  }
}

/** The training rows, and after them those of the validation split, as ids. */
async function encodeRows({ encoder, task, signal, onEvent }: TrainOptions): Promise<EncodedExample[]> {
  const { train, validation } = task;
  const encode = (example: TrainingExample, i: number): EncodedExample =>
    encodeExample(encoder, task, example, i < train.length ? i : i - train.length);
  const onProgress = phaseReporter(onEvent)('tokenize');
  try {
    return await inTurns([...train, ...validation], encode, { signal, onProgress });
  } catch (error) {
    if (signal?.aborted) throw new InterruptedError('training was interrupted before it began');
    throw error;
  }
}
