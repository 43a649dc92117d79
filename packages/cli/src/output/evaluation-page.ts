import { reliability } from '@scalearn/evaluation';
import type { RunFile } from '@scalearn/experiments';
import { type EvaluatedTask, errorsOf } from '@scalearn/experiments/runs';
import { evaluationReport } from '@scalearn/report';
import { version } from '../version.ts';

/** Most wrong rows on the page. */
const mostErrors = 200;

/** What the page says besides the scores. */
export interface EvaluationPageOptions {
  /** Folder of the model. */
  readonly model: string;
  /** The task as the user named it. */
  readonly shown: string;
  readonly method: string;
  readonly device: string;
  /** The run that trained the model on the task. */
  readonly run: RunFile | undefined;
}

/** Makes a page about a model's score on a task. */
export function evaluationPage(
  evaluated: EvaluatedTask,
  { model, shown, method, device, run }: EvaluationPageOptions,
): string {
  const { task, split, output, assessment, calibration } = evaluated;
  const errors = errorsOf(evaluated);
  return evaluationReport({
    title: `${model} on ${shown}`,
    assessment,
    ...(run && !run.tasks && { history: run.history }),
    ...(task.problem !== 'regression' &&
      !task.ranksCandidates && { reliability: reliability(task.problem, output, calibration.temperature) }),
    errors: errors.slice(0, mostErrors),
    errorCount: errors.length,
    facts: {
      model,
      method,
      task: shown,
      split: `${split}, ${output.rows.toLocaleString('en-US')} rows`,
      loss: output.loss.toFixed(4),
      temperature: calibration.temperature.toPrecision(3),
      ...(task.problem === 'multiLabelClassification' && { threshold: calibration.threshold.toPrecision(3) }),
      device,
      data: task.fingerprint,
    },
    footer: `ScaLearn ${version}`,
  });
}
