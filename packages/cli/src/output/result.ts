import type { DoneEvent, OwnAdapterScore } from './events.ts';
import { clock, count, counted, figure, metricList } from './format.ts';
import { taskTable } from './table.ts';
import { oneLine } from './terminal.ts';

/** Formats the result of a run. */
export function doneLines(event: DoneEvent): string {
  const speed = event.tokensPerSecond === null ? '' : `, ${count(event.tokensPerSecond)} tokens a second`;
  const { task, tasks, method, seed, metrics, loss } = event;
  const scores = tasks
    ? `${oneLine(method)}, seed ${seed}, on the test splits\n\n${taskTable(tasks)}`
    : oneLine(
        `${task} with ${method}, seed ${seed}: ${metricList(metrics)}, loss ${figure(loss)} on the test split`,
      );
  return [
    scores,
    ...(event.ownAdapter ? [comparison(event.ownAdapter, metrics)] : []),
    `best epoch ${event.bestEpoch}, ${counted(event.steps, 'step')} in ${clock(event.seconds)}${speed} on ${event.device}`,
    oneLine(`saved in ${event.out}`),
    '',
  ].join('\n');
}

/** Number of sources up to which each is named. If there are more, only their number is shown. */
const namedSources = 3;

function comparison({ metrics: own, others }: OwnAdapterScore, metrics: DoneEvent['metrics']): string {
  const named = others.slice(0, namedSources).join(', ');
  const more = others.length > namedSources ? ` and ${others.length - namedSources} more` : '';
  const both = others.length > 0 ? `with ${named}${more}` : 'scaled';
  return oneLine(`own adapter alone: ${metricList(own)}; ${both}: ${metricList(metrics)}`);
}
