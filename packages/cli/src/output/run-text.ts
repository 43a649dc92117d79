import { mean, standardDeviation } from '@scalearn/evaluation';
import type { DoneEvent, EpochEvent, StartEvent, TaskScore } from '@scalearn/experiments';
import { count, counted, type DryRunEvent } from '@scalearn/experiments/runs';
import { assessmentText } from './assessment-text.ts';
import { bytes, clock, figure, metricList, table } from './format.ts';
import { oneLine } from './terminal.ts';

/** Describes the device memory of training: permanent memory, and the additional memory of a step. */
function memoryLine({ memory, activations }: Pick<StartEvent, 'memory' | 'activations'>): string {
  const { arena = 0, ...groups } = memory.bytes;
  const parts = Object.entries({ ...groups, activations })
    .filter(([, size]) => size > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([group, size]) => `${group} ${bytes(size)}`);
  return `memory     ${bytes(memory.total - arena + activations)} on the device: ${parts.join(', ')}`;
}

/** Describes a run before its first step. */
export function startLines(event: StartEvent): string {
  const { task, method, seed, parameters, steps, step, trainRows, validationRows, deviceDescription } = event;
  const lines = [
    `task       ${task}, ${counted(trainRows, 'row')} to train on, ${count(validationRows)} to validate`,
    `method     ${method}, trains ${count(parameters.method)} parameters and ${count(parameters.head)} of the head, seed ${seed}`,
    `device     ${deviceDescription}`,
    memoryLine(event),
    `plan       ${counted(steps, 'step')}`,
    ...(step > 0 ? [`resumed    after step ${count(step)}`] : []),
  ];
  return lines.map((line) => `${oneLine(line)}\n`).join('');
}

/** Describes what a training would take. */
export function dryRunLines(event: DryRunEvent): string {
  const { task, method, parameters, rows, tokens, steps, memory, seconds, secondsPerStep } = event;
  const { perRow, longest, cutRows, sampledRows } = tokens;
  const cutShare = cutRows === 0 ? 'none is cut' : `${count((100 * cutRows) / sampledRows)} % are cut`;
  const lines = [
    `task       ${task}, ${counted(rows.train, 'row')} to train on, ${count(rows.validation)} to validate, ${count(rows.test)} to test`,
    `tokens     ${count(perRow)} a row, the longest row has ${count(longest)}, ${cutShare}`,
    `method     ${method}, trains ${count(parameters.method)} parameters and ${count(parameters.head)} of the head`,
    `device     ${event.deviceDescription}`,
    memoryLine({ memory, activations: memory.activations }),
    `plan       ${counted(steps, 'step')}, ${counted(event.evaluations, 'evaluation')}`,
    `time       ${clock(seconds)} at most, ${secondsPerStep.toFixed(3)} s a step as measured; training ends earlier if validation stops improving`,
  ];
  return lines.map((line) => `${oneLine(line)}\n`).join('');
}

/** Formats one record of the history. */
export function epochLine(event: EpochEvent): string {
  const { epoch, step, trainLoss, validationLoss, validationMetrics, tasks = [], best } = event;
  const [what, mean] = tasks.length > 0 ? ['evaluation', ` (mean of ${tasks.length} tasks)`] : ['epoch', ''];
  const parts = [
    `training loss ${figure(trainLoss)}`,
    `validation loss ${figure(validationLoss)}${mean}`,
    ...(Object.keys(validationMetrics).length > 0 ? [metricList(validationMetrics)] : []),
  ];
  const each = tasks.map(
    (record) =>
      `    ${oneLine(record.task)}: validation loss ${figure(record.validationLoss)}, ${metricList(record.validationMetrics)}\n`,
  );
  return `${what} ${epoch}, step ${count(step)}: ${parts.join(', ')}${best ? ' (best so far)' : ''}\n${each.join('')}`;
}

/** Formats the result of a run. */
export function doneLines(event: DoneEvent): string {
  const { task, tasks, method, seed, metrics, loss, tokensPerSecond, assessment, folds } = event;
  const speed = tokensPerSecond === null ? '' : `, ${count(tokensPerSecond)} tokens a second`;
  const where = folds ? `in cross-validation with ${folds.count} folds` : 'on the test split';
  const scores = tasks
    ? `${oneLine(method)}, seed ${seed}, on the test splits\n\n${taskTable(tasks)}`
    : oneLine(
        `${task} with ${method}, seed ${seed}: ${metricList(metrics, assessment?.rows)}, loss ${figure(loss)} ${where}`,
      );
  return [
    scores,
    ...(folds ? [foldLine(folds, assessment?.metric)] : []),
    ...(event.ownAdapter ? [comparison(event)] : []),
    ...(assessment ? ['', assessmentText(assessment)] : []),
    `best epoch ${event.bestEpoch}, ${counted(event.steps, 'step')} in ${clock(event.seconds)}${speed} on ${event.device}`,
    oneLine(`saved in ${event.out}`),
    '',
  ].join('\n');
}

/** Describes the scores of the folds and the training on all rows that followed. */
function foldLine(
  { count: folds, scores, epochs }: NonNullable<DoneEvent['folds']>,
  metric = 'score',
): string {
  const defined = scores.flatMap((score) => score ?? []);
  const deviation = standardDeviation(defined);
  const spread = deviation === undefined ? '' : ` ± ${deviation.toFixed(2)}`;
  const center = defined.length === 0 ? 'undefined' : `${mean(defined).toFixed(2)}${spread}`;
  return `${metric} of the ${folds} folds: ${center}; the saved model is trained on all rows for ${counted(epochs, 'epoch')}`;
}

/** Number of sources up to which each is named. If there are more, only their number is shown. */
const namedSources = 3;

function comparison({ ownAdapter, metrics, assessment }: DoneEvent): string {
  const { metrics: own = {}, others = [] } = ownAdapter ?? {};
  const named = others.slice(0, namedSources).join(', ');
  const more = others.length > namedSources ? ` and ${others.length - namedSources} more` : '';
  const both = others.length > 0 ? `with ${named}${more}` : 'scaled';
  const shown = (scores: DoneEvent['metrics']): string => metricList(scores, assessment?.rows);
  return oneLine(`own adapter alone: ${shown(own)}; ${both}: ${shown(metrics)}`);
}

/** Formats the test scores of several tasks with one line for each. */
export function taskTable(tasks: readonly TaskScore[]): string {
  const rows = tasks.map(({ task, metrics, loss, assessment }) => [
    ...[task, figure(loss), metricList(metrics, assessment?.rows)],
  ]);
  return table([['task', 'loss', 'metrics'], ...rows], [0, 2]);
}
