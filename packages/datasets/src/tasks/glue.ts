import { glueOnHub } from '../hub/glue.ts';
import type { TaskDefinition, TaskInfo } from '../task.ts';
import { tsvTask } from './tsv.ts';

// GLUE (arXiv 1804.07461) without WNLI, which the published experiments omit. The official test labels are hidden, so a
// tenth of the training file is used for validation and the development file for testing. Files are those of the
// official release.

const defaults = {
  problem: 'singleLabelClassification',
  maxLength: 128,
  truncation: 'longestFirst',
  stratified: true,
} as const;

const accuracy = { metrics: ['accuracy'], primaryMetric: 'accuracy' } as const;
const accuracyAndF1 = { metrics: ['accuracy', 'f1', 'combinedScore'], primaryMetric: 'accuracy' } as const;

const filesIn = (folder: string): TaskInfo['files'] => ({
  train: `${folder}/train.tsv`,
  test: `${folder}/dev.tsv`,
});

const cola = tsvTask(
  {
    ...defaults,
    id: 'glue/cola',
    name: 'CoLA',
    labels: ['unacceptable', 'acceptable'],
    columns: ['sentence'],
    metrics: ['matthewsCorrelation'],
    primaryMetric: 'matthewsCorrelation',
    files: filesIn('CoLA'),
    officialRows: { train: 8551, test: 1043 },
  },
  {
    header: ['source', 'label', 'mark', 'sentence'],
    segments: ['sentence'],
    label: { column: 'label', values: ['0', '1'] },
  },
);

const sst2 = tsvTask(
  {
    ...defaults,
    ...accuracy,
    id: 'glue/sst2',
    name: 'SST-2',
    labels: ['negative', 'positive'],
    columns: ['sentence'],
    files: filesIn('SST-2'),
    officialRows: { train: 67_349, test: 872 },
  },
  { segments: ['sentence'], label: { column: 'label', values: ['0', '1'] } },
);

const mrpc = tsvTask(
  {
    ...defaults,
    ...accuracyAndF1,
    id: 'glue/mrpc',
    name: 'MRPC',
    labels: ['not_equivalent', 'equivalent'],
    columns: ['sentence1', 'sentence2'],
    files: filesIn('MRPC'),
    officialRows: { train: 3668, test: 408 },
  },
  { segments: ['#1 String', '#2 String'], label: { column: 'Quality', values: ['0', '1'] } },
);

const qqp = tsvTask(
  {
    ...defaults,
    ...accuracyAndF1,
    id: 'glue/qqp',
    name: 'QQP',
    labels: ['not_duplicate', 'duplicate'],
    columns: ['question1', 'question2'],
    files: filesIn('QQP'),
    officialRows: { train: 363_846, test: 40_430 },
  },
  {
    segments: ['question1', 'question2'],
    label: { column: 'is_duplicate', values: ['0', '1'] },
    // The official training file has a few rows broken in two. The hub's GLUE lacks them, and so do published results.
    dropShortRowsWith: 'qid1',
  },
);

const stsb = tsvTask(
  {
    ...defaults,
    id: 'glue/stsb',
    name: 'STS-B',
    problem: 'regression',
    labels: null,
    columns: ['sentence1', 'sentence2'],
    metrics: ['pearson', 'spearman', 'combinedScore'],
    primaryMetric: 'pearson',
    stratified: false,
    files: filesIn('STS-B'),
    officialRows: { train: 5749, test: 1500 },
  },
  { segments: ['sentence1', 'sentence2'], label: { column: 'score', min: 0, max: 5 } },
);

const mnliLabels = ['entailment', 'neutral', 'contradiction'] as const;
const mnli = tsvTask(
  {
    ...defaults,
    ...accuracy,
    id: 'glue/mnli',
    name: 'MNLI',
    labels: mnliLabels,
    columns: ['premise', 'hypothesis'],
    files: {
      train: 'MNLI/train.tsv',
      test: 'MNLI/dev_matched.tsv',
      testMismatched: 'MNLI/dev_mismatched.tsv',
    },
    officialRows: { train: 392_702, test: 9815, testMismatched: 9832 },
  },
  { segments: ['sentence1', 'sentence2'], label: { column: 'gold_label', values: mnliLabels } },
);

const entailmentLabels = ['entailment', 'not_entailment'] as const;
const qnli = tsvTask(
  {
    ...defaults,
    ...accuracy,
    id: 'glue/qnli',
    name: 'QNLI',
    labels: entailmentLabels,
    columns: ['question', 'sentence'],
    files: filesIn('QNLI'),
    officialRows: { train: 104_743, test: 5463 },
  },
  { segments: ['question', 'sentence'], label: { column: 'label', values: entailmentLabels } },
);

export const rte: TaskDefinition = tsvTask(
  {
    ...defaults,
    ...accuracy,
    id: 'glue/rte',
    name: 'RTE',
    labels: entailmentLabels,
    columns: ['sentence1', 'sentence2'],
    files: filesIn('RTE'),
    officialRows: { train: 2490, test: 277 },
  },
  { segments: ['sentence1', 'sentence2'], label: { column: 'label', values: entailmentLabels } },
);

export const glue: readonly TaskDefinition[] = [cola, sst2, mrpc, qqp, stsb, mnli, qnli, rte].map(glueOnHub);
