import type { TaskInfo } from '../../task.ts';

/** Properties shared by most tasks of SuperGLUE. */
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

/** Returns the files of a task. Official test labels are hidden, so the development file is used for testing. */
export const filesIn = (folder: string): TaskInfo['files'] => ({
  train: `${folder}/train.jsonl`,
  test: `${folder}/val.jsonl`,
});
