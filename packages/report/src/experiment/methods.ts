import type { ReportData, ReportRun, RunKind } from './data.ts';
import { publishedMethods } from './published.ts';

/** A method's names in reports. */
export interface ReportMethod {
  /** Identifier, such as `scalearn++`. */
  readonly id: string;
  /** Displayed name, such as `ScaLearn++`. */
  readonly title: string;
}

/** The groups of the paper's tables, in their order. */
export const groupTitles: Readonly<Record<RunKind, string>> = {
  'single-task': 'Single-task',
  joint: 'Joint multi-task',
  'two-stage': 'Two-stage multi-task',
  analysis: 'Frozen sources, trained head',
};

const kinds = Object.keys(groupTitles);

/**
 * Labels runs that have no label with the names of their methods, and sorts runs: first in the order of published
 * tables, then in the order of the list. Methods that are not in the list come last and keep their ids.
 */
export function withMethods(data: ReportData, methods: readonly ReportMethod[]): ReportData {
  const order = [...new Set([...publishedMethods(), ...methods.map(({ id }) => id)])];
  const rank = ({ kind, method }: ReportRun): number =>
    kinds.indexOf(kind) * (order.length + 1) + (order.indexOf(method) + 1 || order.length + 1) - 1;
  const titles = new Map(methods.map(({ id, title }) => [id, title]));
  return {
    ...data,
    runs: data.runs
      .map((run) => (run.label === run.method ? { ...run, label: titles.get(run.method) ?? run.label } : run))
      .sort((a, b) => rank(a) - rank(b)),
  };
}
