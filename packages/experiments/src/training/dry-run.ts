import type { Task } from '@scalearn/datasets';
import type { TransformerEncoder } from '@scalearn/encoders';
import type { DryRunEvent } from '../events/events.ts';
import { evaluatedRows, evaluations, expectedSeconds, measureCost } from './cost.ts';
import { type PlannedTraining, withPrepared } from './run-training.ts';

/** Most rows of a task that are tokenized, and that are trained on, to measure. */
const [tokenizedRows, measuredRows] = [2000, 128];

/** Measures a few steps of a training and estimates the whole. Nothing is written. */
export async function estimateTraining(job: PlannedTraining): Promise<DryRunEvent> {
  return await withPrepared(job, async ({ tasks, encoder, method }) => {
    const { settings, signal } = job;
    const { batchSize, epochs, maxSteps, folds = 0 } = settings;
    const [all, part] = [tokensOf(tasks, encoder), tasks.map((task) => first(task, measuredRows))];
    const measured = { encoder, method, tasks: part, settings, signal };
    const cost = await measureCost(measured).catch((error: unknown) => {
      throw signal.aborted ? signal.reason : error;
    });
    // A longer row takes as much longer as it has more tokens.
    const longer = all.mean / tokensOf(part, encoder).mean;
    const scaled = { ...cost, step: cost.step * longer, row: cost.row * longer };
    const train = tasks.reduce((total, task) => total + task.train.length, 0);
    const rows = { train, ...evaluatedRows(tasks) };
    const planned = epochs * Math.ceil(train / batchSize);
    const steps = Math.min(planned, maxSteps ?? planned);
    const once = expectedSeconds(scaled, { steps, settings }, rows);
    const { memory, activations, parameters } = cost.start;
    return {
      ...{ event: 'done', task: settings.task, method: settings.method, rows, steps, parameters },
      tokens: { perRow: all.mean, longest: all.longest, cutRows: all.cut, sampledRows: all.rows },
      evaluations: evaluations({ steps, settings }),
      memory: { ...memory, activations },
      secondsPerStep: scaled.step,
      // Each fold trains on all parts but one, and a last model on all of them.
      seconds: once * (1 + Math.max(0, folds - 1)),
      device: encoder.device.kind,
      deviceDescription: encoder.device.description,
    };
  });
}

const first = (task: Task, rows: number): Task => ({
  ...task,
  train: task.train.slice(0, rows),
  validation: task.validation.slice(0, rows),
});

/** Measures the lengths of rows in tokens, on a sample of each task's training rows. */
function tokensOf(
  tasks: readonly Task[],
  encoder: TransformerEncoder,
): { readonly mean: number; readonly longest: number; readonly cut: number; readonly rows: number } {
  const lengths = tasks.flatMap(({ train, maxLength, truncation }) => {
    const step = Math.max(1, Math.floor(train.length / tokenizedRows));
    const sample = train.filter((_, i) => i % step === 0);
    return sample.map(({ segments, choices }) => {
      const texts = choices ? choices.map((choice) => [segments[0], choice] as const) : [segments];
      const full = texts.map((each) => encoder.encode(each, { maxLength: 1e6, truncation }).inputIds.length);
      const kept = full.map((length) => Math.min(length, maxLength));
      return {
        kept: kept.reduce((a, b) => a + b, 0),
        longest: Math.max(...full),
        isCut: Math.max(...full) > maxLength,
      };
    });
  });
  return {
    mean: lengths.reduce((sum, { kept }) => sum + kept, 0) / Math.max(1, lengths.length),
    longest: lengths.reduce((most, { longest }) => Math.max(most, longest), 0),
    cut: lengths.filter(({ isCut }) => isCut).length,
    rows: lengths.length,
  };
}
