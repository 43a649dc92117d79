import { ArgumentError, type Encoder, type PredictOptions, type TrainedModel } from '@scalearn/core';
import { findByName } from '@scalearn/core/methods';
import { regressionPredictions } from '@scalearn/evaluation';
import { type Classification, classifications } from './classification.ts';
import type { TaskInfo } from './model-info.ts';

/** A text, or two texts that are read together. */
export type TextInput = string | readonly [string] | readonly [string, string];

/** Options of {@link LoadedModel.classify} and {@link LoadedModel.score}. */
export interface ClassifyOptions extends PredictOptions {
  /** Id or name of the task; needed only for a model of several tasks. */
  readonly task?: string;
}

/** A model that was loaded with its encoder. */
export class LoadedModel {
  /** The model, for labeled rows and for exports. */
  readonly model: TrainedModel;
  /** Its tasks with their labels and calibration; more than one only after joint training. */
  readonly tasks: readonly TaskInfo[];
  /** What could not be checked, because the folder does not say it. */
  readonly warnings: readonly string[];
  readonly #ownsEncoder: boolean;

  constructor(
    model: TrainedModel,
    tasks: readonly TaskInfo[],
    { ownsEncoder, warnings }: { readonly ownsEncoder: boolean; readonly warnings: readonly string[] },
  ) {
    this.model = model;
    this.tasks = tasks;
    this.warnings = warnings;
    this.#ownsEncoder = ownsEncoder;
  }

  get encoder(): Encoder {
    return this.model.encoder;
  }

  /**
   * Classifies texts.
   *
   * @returns for each text the most probable class, its probability, and those of all classes
   * @throws ArgumentError for a task that predicts scores, see {@link score}, or chooses between several texts
   */
  async classify(texts: readonly TextInput[], options: ClassifyOptions = {}): Promise<Classification[]> {
    const { task, ...predicting } = options;
    const found = this.task(task);
    const { problem, labels } = found;
    if (problem === 'regression' || labels === null)
      throw new ArgumentError(`${found.id} has scores, not classes; use score() instead of classify()`);
    const model = this.model.for(found.id);
    const output = await model.predictTexts(texts.map(segmentsOf), predicting);
    return classifications({ ...found, problem, labels }, output);
  }

  /**
   * Predicts the score of each text.
   *
   * @throws ArgumentError for a task that has classes, see {@link classify}
   */
  async score(texts: readonly TextInput[], options: ClassifyOptions = {}): Promise<number[]> {
    const { task, ...predicting } = options;
    const found = this.task(task);
    if (found.problem !== 'regression')
      throw new ArgumentError(`${found.id} has classes, not scores; use classify() instead of score()`);
    const model = this.model.for(found.id);
    return Array.from(regressionPredictions(await model.predictTexts(texts.map(segmentsOf), predicting)));
  }

  /** Returns a task by its id or name. @throws ArgumentError if it has no such task, or several and none is named */
  task(name?: string): TaskInfo {
    const [only, ...others] = this.tasks;
    const found =
      name === undefined ? (others.length === 0 ? only : undefined) : findByName(this.tasks, name);
    if (found) return found;
    const ids = this.tasks.map(({ id }) => id).join(', ');
    throw new ArgumentError(
      name === undefined
        ? `the model has several tasks (${ids}); name one with task`
        : `the model has no task '${name}'; it has ${ids}`,
    );
  }

  /** Frees the model, and its encoder if it was loaded with it. */
  dispose(): void {
    this.model.dispose();
    if (this.#ownsEncoder) this.encoder.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

const segmentsOf = (text: TextInput): readonly [string] | readonly [string, string] =>
  typeof text === 'string' ? [text] : text;
