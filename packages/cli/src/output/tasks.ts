import type { Benchmark, TaskInfo } from '@scalearn/datasets';
import { count } from './format.ts';
import { table } from './table.ts';

/** A benchmark with its tasks. */
export interface TaskGroup {
  readonly benchmark: Benchmark;
  readonly tasks: readonly TaskInfo[];
}

/** One table for each benchmark, under where its data comes from. */
export function tasksText(groups: readonly TaskGroup[]): string {
  return groups.map((group) => `${heading(group)}\n\n${taskTable(group.tasks)}`).join('\n');
}

function heading({ benchmark: { name, page, terms }, tasks }: TaskGroup): string {
  const repository = tasks[0]?.hub?.repository;
  const sources = [
    ...(repository === undefined ? [] : [`${repository} on the hub`]),
    ...(page === undefined ? [] : [`files of ${page}`]),
  ];
  return `${name}: ${sources.join(', or ') || 'written by the tool itself'}; terms: ${terms}`;
}

function taskTable(tasks: readonly TaskInfo[]): string {
  const header = ['task', 'name', 'what is predicted', 'train', 'validation', 'test', 'metric'];
  const rows = tasks.map(({ id, name, officialRows, primaryMetric, ...info }) => [
    ...[id, name, predicted(info)],
    figure(officialRows?.train),
    officialRows?.validation === undefined ? '10 %' : figure(officialRows.validation),
    figure(officialRows?.test),
    primaryMetric,
  ]);
  return table([header, ...rows], [0, 1, 2, 6]);
}

const figure = (rows: number | undefined): string => (rows === undefined ? '-' : count(rows));

function predicted({
  problem,
  labels,
  ranksCandidates,
}: Pick<TaskInfo, 'problem' | 'labels' | 'ranksCandidates'>): string {
  if (ranksCandidates) return 'the best candidate';
  switch (problem) {
    case 'regression':
      return 'a score';
    case 'multipleChoice':
      return `one of ${labels?.length} texts`;
    case 'multiLabelClassification':
      return `any of ${labels?.length} labels`;
    case 'singleLabelClassification':
      return `one of ${labels?.length} classes`;
  }
}
