import type { EncodedText, Encoder, TaskShape } from '@scalearn/core';
import { mapTimeSliced } from '@scalearn/core/methods';
import type { Task } from '@scalearn/datasets';
import { computeMetrics, NonFiniteLogitError } from '@scalearn/evaluation';
import { FolderError } from '@scalearn/experiments';
import type { Reporter } from '@scalearn/experiments/runs';
import { type ExportedFile, openExportedFile } from '@scalearn/onnx';

/** The score of one exported file on the test rows of a task. */
export interface ExportScore {
  /** Name of the task's primary metric. */
  readonly metric: string;
  /** Value of each metric, as a fraction. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Number of rows. */
  readonly rows: number;
  /** Seconds that ONNX Runtime took for them. */
  readonly seconds: number;
}

/** What is scored. */
export interface MeasuredModel {
  readonly encoder: Encoder;
  readonly task: Task;
  /** How the exported model reads texts. */
  readonly shape: TaskShape;
  /** Index of the model in the files. */
  readonly model: number;
}

/**
 * Scores exported files on a task's test rows with ONNX Runtime, one after the other.
 *
 * @param files contents of ONNX files
 * @returns a score for each file
 * @throws FolderError if a logit is not finite
 */
export async function measureExport(
  files: readonly Uint8Array[],
  { encoder, task, shape, model }: MeasuredModel,
  reporter: Pick<Reporter, 'progress'>,
  signal: AbortSignal,
): Promise<readonly ExportScore[]> {
  const texts = await mapTimeSliced(task.test, ({ segments }) => encoder.encode(segments, shape), { signal });
  const scores: ExportScore[] = [];
  for (const file of files) {
    await using opened = await openExportedFile(file);
    const onProgress = (done: number, all: number): void =>
      reporter.progress({
        ...{ event: 'progress', phase: 'evaluate' },
        done: scores.length * all + done,
        total: files.length * all,
      });
    scores.push(await scoreFile(opened, texts, task, { model, signal, onProgress }));
  }
  return scores;
}

async function scoreFile(
  file: ExportedFile,
  texts: readonly EncodedText[],
  task: Task,
  how: Parameters<ExportedFile['predict']>[1],
): Promise<ExportScore> {
  // The first run allocates memory. It is not timed.
  await file.predict(texts.slice(0, 1), how);
  const start = performance.now();
  const output = await file.predict(texts, how);
  const seconds = (performance.now() - start) / 1000;
  const labels = task.test.flatMap(({ label }) => label);
  try {
    const { metrics, primary } = computeMetrics(task, { ...output, labels, examples: task.test });
    return { metric: primary.name, metrics, rows: output.rows, seconds };
  } catch (error) {
    if (!(error instanceof NonFiniteLogitError)) throw error;
    throw new FolderError(
      `the exported model predicts no finite number for row ${error.row} of the test split; the model's files are damaged, or its training had diverged: restore them, or train it again`,
      { cause: error },
    );
  }
}
