import type { TaskInfo } from '../../task.ts';

/** What most tasks of SuperGLUE have in common. */
export const defaults: Pick<
  TaskInfo,
  'problem' | 'maxLength' | 'truncation' | 'stratified' | 'metrics' | 'primaryMetric'
> = {
  problem: 'singleLabelClassification',
  maxLength: 128,
  truncation: 'longestFirst',
  stratified: true,
  metrics: ['accuracy'],
  primaryMetric: 'accuracy',
};

export const falseOrTrue: readonly string[] = ['False', 'True'];

/** Test labels are hidden: the development file tests. */
export const filesIn = (folder: string): TaskInfo['files'] => ({
  train: `${folder}/train.jsonl`,
  test: `${folder}/val.jsonl`,
});
