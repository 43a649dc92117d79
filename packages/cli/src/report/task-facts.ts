import { describeTask, taskIds } from '@scalearn/datasets';
import type { ReportProblem } from '@scalearn/report';
import type { RunFile } from '../folders/run-json.ts';

export interface TaskFacts {
  readonly name: string;
  readonly problem: ReportProblem;
  readonly metric: string;
  /** Whether test rows can be exchanged one by one: not where several of them make up one answer. */
  readonly hasOwnRows: boolean;
}

/** What a report says of a task: from the registry, or, for a user's own, from the run. */
export function taskFacts(id: string, run: RunFile, metrics: Readonly<Record<string, unknown>>): TaskFacts {
  if (taskIds.includes(id)) {
    const { name, problem, primaryMetric: metric, ranksCandidates = false } = describeTask(id);
    return { name, problem, metric, hasOwnRows: !ranksCandidates };
  }
  const own = run.settings.tasks?.find(({ task }) => task === id)?.own ?? run.settings.own;
  const [metric = 'accuracy'] = Object.keys(metrics);
  const problem = own?.problem ?? 'singleLabelClassification';
  return { name: id.replace(/^own\//, ''), problem, metric, hasOwnRows: true };
}
