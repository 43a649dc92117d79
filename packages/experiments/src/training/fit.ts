import { type CheckpointStore, type Method, type TrainEvent, type TrainedModel, train } from '@scalearn/core';
import { checkOptions, type TrainingNumbers, trainingOptions } from '@scalearn/core/methods';
import type { Task } from '@scalearn/datasets';
import type { TransformerEncoder } from '@scalearn/encoders';
import { readClassWeights } from '../options/class-weights.ts';
import type { TrainArguments } from '../options/train-table.ts';
import { metricsOf } from '../runs/scores.ts';
import type { TrainSettings } from '../runs/settings-schema.ts';

/** What a training needs besides its rows. */
export interface FitOptions {
  readonly settings: TrainSettings;
  readonly method: Method;
  readonly encoder: TransformerEncoder;
  readonly signal: AbortSignal;
  /** Arguments of the user, for numbers that do not affect the model and are not in the settings. */
  readonly given?: TrainArguments;
  /** Where the state of a resumable run is kept. */
  readonly checkpoints?: CheckpointStore;
  /** Text that is stored with the state. */
  readonly checkpointNote?: string;
  readonly resume?: boolean;
}

/** Trains a model with a run's settings. The caller must dispose it. */
export async function fit(
  { settings, method, encoder, signal, given, checkpoints, checkpointNote, resume = false }: FitOptions,
  tasks: readonly Task[],
  onEvent: (event: TrainEvent) => void,
): Promise<TrainedModel> {
  const { classWeights, selectBy, pooling } = settings;
  const [task] = tasks as [Task];
  return await train({
    ...{ encoder, method, signal, onEvent, checkpoints, checkpointNote, resume },
    ...(method.kind === 'joint' ? { tasks } : { task }),
    ...trainingNumbers({ ...given, ...settings }),
    ...(pooling && { pooling }),
    ...(classWeights && { classWeights: readClassWeights(classWeights) }),
    // Higher values are better for all metrics of the tasks.
    ...(selectBy && { select: { metric: selectBy, better: 'higher' } }),
    metrics: (predictions, { id }) => {
      const own = tasks.find((each) => each.id === id) ?? task;
      return metricsOf(own, own.validation, predictions);
    },
  });
}

/** Returns the numeric options that `train` takes. */
function trainingNumbers(all: Readonly<Record<string, unknown>>): TrainingNumbers {
  const names = Object.keys(trainingOptions);
  const numbers = Object.fromEntries(names.map((name) => [name, all[name] ?? undefined]));
  checkOptions(trainingOptions, numbers);
  return numbers;
}
