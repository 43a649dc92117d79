import { createHead } from '../nn/head.ts';
import { TrainableModel } from './model.ts';
import type { TrainOptions } from './options.ts';
import { settle } from './plan.ts';
import { Run } from './run.ts';
import { TrainedModel } from './trained-model.ts';

/**
 * Trains a method on a task: stage 1, stage 2, or any other method. Evaluates after every epoch, stops early, and ends
 * with the parameters of the best evaluation.
 *
 * The same options on the same device give the same bits, also when the run was interrupted, or killed, and resumed.
 *
 * @returns the model with the best parameters; it is the caller's to dispose of
 * @throws InterruptedError, DivergedError, ArgumentError, CheckpointError, DeviceLostError
 */
export async function train(options: TrainOptions): Promise<TrainedModel> {
  const plan = settle(options);
  const { encoder, task, method } = options;
  const adapterName = task.id.split('/').at(-1) as string;
  const outputs = task.labels?.length ?? 1;
  const headOptions = { problem: task.problem, outputs, layout: method.headLayout, name: adapterName };
  const model = await TrainableModel.create({
    encoder,
    method,
    head: createHead(headOptions),
    adapterName,
    seed: plan.seed,
    decays: plan.weightDecay > 0,
  });
  let run: Run | undefined;
  try {
    run = await Run.create(options, plan, model);
    await run.toEnd();
    return new TrainedModel(model, task, run.progress);
  } catch (error) {
    model.dispose();
    throw error;
  } finally {
    run?.dispose();
  }
}
