import { ScalearnError } from '../errors.ts';
import { runInOrder, stepsUntil } from '../model/loop.ts';
import { type CheckpointStore, CheckpointWriter } from './checkpoint-writer.ts';

/** Thrown when training was stopped by its signal. Its state is saved if a checkpoint store was given. */
export class InterruptedError extends ScalearnError {
  override name = 'InterruptedError';
}

/** Thrown when the loss becomes infinite or NaN. */
export class DivergedError extends ScalearnError {
  override name = 'DivergedError';
}

/** What a training does in each part of {@link trainInSteps}. */
export interface SteppedRun {
  /** What is trained, for messages: `training` or `pretraining`. */
  readonly name: string;
  /** Number of completed steps. */
  readonly step: number;
  /** Number of completed evaluations. */
  readonly evaluations: number;
  /** Whether the last evaluation ended the training. */
  readonly isFinished: boolean;
  /** Runs a step. A few are in flight at once; each begins after the one before has begun. */
  runStep(step: number): Promise<void>;
  /** Evaluates the parameters. @param evaluation its number, from 1 */
  evaluate(evaluation: number): Promise<void>;
  /** Encodes the state. No step is in flight. */
  encode(): Promise<Uint8Array>;
  /** Called when the state after an evaluation is saved; nothing is done by default. */
  saved?(evaluation: number): Promise<void> | void;
}

/** When a training evaluates, saves and ends. */
export interface StepPlan {
  /** Number of steps. */
  readonly steps: number;
  /** Number of steps between evaluations. */
  readonly evaluateEvery: number;
  /** Minutes between saves while steps continue; 0 saves after evaluations only. */
  readonly checkpointEvery: number;
  /** Where the state is kept; by default it is not. */
  readonly checkpoints: CheckpointStore | undefined;
  /** Stops the training after the current steps. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs steps with an evaluation and a save after every few of them, to the end. Progress is counted in evaluations: a
 * run that was interrupted between a step and its evaluation resumes with that evaluation. Saves start between steps and
 * are written while steps continue. Nothing is written after this ends, with or without an error.
 *
 * @throws InterruptedError when the signal aborts, after the state was saved
 */
export async function trainInSteps(run: SteppedRun, plan: StepPlan): Promise<void> {
  const { steps, evaluateEvery, signal } = plan;
  const writer = new CheckpointWriter(plan.checkpoints, plan.checkpointEvery);
  const beginSave = (): Promise<void> => writer.begin(() => run.encode());
  const save = async (): Promise<void> => {
    await beginSave();
    await writer.finish();
  };
  const interrupt = async (): Promise<never> => {
    await save();
    throw new InterruptedError(`${run.name} was interrupted at step ${run.step} of ${steps}`);
  };
  const isDue = (): boolean => writer.isDue;
  try {
    while (!run.isFinished) {
      const evaluation = run.evaluations + 1;
      const end = Math.min(steps, evaluation * evaluateEvery);
      while (run.step < end && !signal?.aborted) {
        await runInOrder(stepsUntil(end, run.step, signal, isDue), (step) => run.runStep(step));
        if (run.step < end && !signal?.aborted) await beginSave();
      }
      if (signal?.aborted) await interrupt();
      try {
        await run.evaluate(evaluation);
      } catch (error) {
        if (signal?.aborted) await interrupt();
        throw error;
      }
      await save();
      await run.saved?.(evaluation);
    }
  } finally {
    await writer.idle();
  }
}

/** Throws DivergedError unless the loss and the gradient norm of a step are finite. @param step number of the step, from 0 */
export function checkFinite(loss: number, gradientNorm: number, step: number): void {
  if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) return;
  throw new DivergedError(
    `the loss is ${loss} at step ${step + 1} (gradient norm ${gradientNorm}); try a smaller learning rate`,
  );
}
