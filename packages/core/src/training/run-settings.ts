import { at } from '../elements.ts';
import type { TrainingTask } from '../model/task.ts';
import type { TrainableModel } from '../model/trainable-model.ts';
import type { ClassWeights } from './class-weights.ts';
import { poolingOf, type TrainOptions, tasksOf } from './options.ts';
import type { Plan } from './plan.ts';
import type { RunSettings } from './state-file.ts';
import { type TrainingOption, trainingOptions } from './training-options.ts';

/** Returns the settings that affect a run's results. A checkpoint is continued only with equal settings. */
export function runSettings(options: TrainOptions, plan: Plan, model: TrainableModel): RunSettings {
  const { encoder, select, classWeights = 'none' } = options;
  const { weightStorage = 'f32' } = encoder.device;
  const pooling = poolingOf(options);
  const specs = model.parameters.groups.flatMap((group) =>
    group.specs.map((spec) => `${spec.name} [${spec.shape}]`),
  );
  return {
    ...decisive(plan),
    ...taskSettings(tasksOf(options)),
    method: model.method.name,
    methodSettings: JSON.stringify(model.method.settings ?? {}),
    encoder: encoder.fingerprint,
    device: encoder.device.kind,
    select: select ? `${select.metric} ${select.better}` : 'loss lower',
    parameters: specs.join(', '),
    ...(weightStorage === 'f32' ? {} : { precision: weightStorage }),
    ...(pooling === undefined ? {} : { pooling }),
    ...(classWeights === 'none' ? {} : { classWeights: weightsText(classWeights) }),
  };
}

/** Returns the same text for equal weights, regardless of their order. */
function weightsText(weights: ClassWeights): string {
  if (typeof weights === 'string') return weights;
  return JSON.stringify(Object.entries(weights).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Returns the settings of a plan without those that may change when a run is resumed. */
function decisive(plan: Plan): RunSettings {
  const options: Readonly<Record<string, TrainingOption>> = trainingOptions;
  return Object.fromEntries(Object.entries(plan).filter(([name]) => !options[name]?.mayChangeOnResume));
}

function taskSettings(tasks: readonly TrainingTask[]): RunSettings {
  const all = (value: (task: TrainingTask) => string | number | null): string | number | null =>
    tasks.length === 1 ? value(at(tasks, 0)) : tasks.map(value).join(', ');
  return {
    task: all((task) => task.id),
    data: all((task) => task.fingerprint ?? null),
    trainRows: all((task) => task.train.length),
    validationRows: all((task) => task.validation.length),
    maxLength: all((task) => task.maxLength),
    truncation: all((task) => task.truncation),
  };
}
