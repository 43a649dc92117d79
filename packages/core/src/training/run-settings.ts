import type { TrainableModel } from './model.ts';
import type { TrainOptions } from './options.ts';
import type { Plan } from './plan.ts';
import type { RunSettings } from './state-file.ts';

/** What decides a run: a checkpoint is continued under the same alone. */
export function runSettings(
  { task, encoder, select }: TrainOptions,
  plan: Plan,
  model: TrainableModel,
): RunSettings {
  const { stepsPerEpoch: _, ...numbers } = plan;
  const specs = model.parameters.groups.flatMap((group) =>
    group.specs.map((spec) => `${spec.name} [${spec.shape}]`),
  );
  return {
    ...numbers,
    task: task.id,
    data: task.fingerprint ?? null,
    trainRows: task.train.length,
    validationRows: task.validation.length,
    maxLength: task.maxLength,
    truncation: task.truncation,
    method: model.method.name,
    methodSettings: JSON.stringify(model.method.settings ?? {}),
    encoder: encoder.fingerprint,
    device: encoder.device.kind,
    select: select ? `${select.metric} ${select.better}` : 'loss lower',
    parameters: specs.join(', '),
  };
}
