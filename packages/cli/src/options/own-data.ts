import type { OwnProblem } from '@scalearn/datasets';
import type { Option } from 'commander';
import { choiceOption, pathOption } from './values.ts';

/** How files of the user's own are read. */
export interface OwnDataArguments {
  readonly text?: string | undefined;
  readonly textPair?: string | undefined;
  readonly label?: string | undefined;
  readonly problem?: ProblemName | undefined;
}

export type ProblemName = 'classification' | 'regression' | 'multi-label';

/** Problems by the names of the command line. */
export const problems: Readonly<Record<ProblemName, OwnProblem>> = {
  classification: 'singleLabelClassification',
  regression: 'regression',
  'multi-label': 'multiLabelClassification',
};

export const ownDataFlags: Readonly<Record<keyof OwnDataArguments, string>> = {
  text: '--text',
  textPair: '--text-pair',
  label: '--label',
  problem: '--problem',
};

export function ownDataOptions(): Option[] {
  return [...columnOptions(), choiceOption('--problem <kind>', 'kind of the labels', Object.keys(problems))];
}

export function columnOptions(): Option[] {
  return [
    pathOption('--text <column>', 'column of the texts'),
    pathOption('--text-pair <column>', 'column of the second texts, where rows are pairs'),
    pathOption('--label <column>', 'column of the labels'),
  ];
}
