import { at } from '../elements.ts';
import { type TrainingTask, taskName } from '../model/task.ts';
import { TrainableModel } from '../model/trainable-model.ts';
import { TrainedModel } from '../model/trained-model.ts';
import { createHead, type Head, usesPooler } from '../nn/head.ts';
import { checkTrainOptions, poolingOf, type TrainOptions, tasksOf } from './options.ts';
import { settle } from './plan.ts';
import { Run } from './run.ts';

/** The name of a jointly trained adapter in its keys, as in the reference. */
const jointAdapterName = 'MT';

/**
 * Trains a method on a task, or a joint method on several tasks. It evaluates after every epoch, stops early, and ends
 * with the parameters of the best evaluation.
 *
 * The same options on the same device give the same bits, even if the run was interrupted or killed and then resumed.
 *
 * @returns the model with the best parameters; the caller must dispose it
 * @throws InterruptedError, DivergedError, ArgumentError, CheckpointError, DeviceLostError
 */
export async function train(options: TrainOptions): Promise<TrainedModel> {
  checkTrainOptions(options);
  const plan = settle(options);
  const tasks = tasksOf(options);
  const model = await TrainableModel.create({
    encoder: options.encoder,
    method: options.method,
    heads: Object.fromEntries(tasks.map((task) => [taskName(task), taskHead(task, options)])),
    adapterName: tasks.length > 1 ? jointAdapterName : taskName(at(tasks, 0)),
    seed: plan.seed,
    decays: plan.weightDecay > 0,
  });
  let run: Run | undefined;
  try {
    run = await Run.create(options, plan, model);
    await run.toEnd();
    return new TrainedModel(model, tasks, run.summary);
  } catch (error) {
    model.dispose();
    throw error;
  } finally {
    run?.dispose();
  }
}

/** Creates a new head for a task, as used for the method in the reference. */
function taskHead(
  task: Pick<TrainingTask, 'id' | 'problem' | 'labels'>,
  options: Pick<TrainOptions, 'encoder' | 'method' | 'pooling'>,
): Head {
  const { problem, labels } = task;
  const { method, encoder } = options;
  const { headLayout: layout, kind, usesTransformersHead } = method;
  const joint = kind === 'joint';
  const pooling = poolingOf(options);
  // The pooler reads the first token, so the class of transformers has no other head.
  const pooled = usesTransformersHead && usesPooler(encoder.architecture) && pooling === undefined;
  // Adapter-m reads multiple choice from the first token (docs/reference/methods.md#heads).
  const first = joint && layout === 'flexible' && problem === 'multipleChoice';
  return createHead({
    ...{ problem, layout, name: taskName(task), outputs: labels?.length ?? 1 },
    several: joint,
    features: first ? 'first' : pooled ? 'pooled' : undefined,
    pooling,
  });
}
