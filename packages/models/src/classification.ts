import type { ModelOutput, Problem } from '@scalearn/core';
import { probabilities } from '@scalearn/evaluation';
import type { Calibration } from './model-info.ts';

/** The classes of one text. */
export interface Classification {
  /** The most probable class; of equal ones the first. */
  readonly label: string;
  /** Its probability, from 0 to 1. */
  readonly score: number;
  /** Probability of every class or label, in their order. For single-label tasks they sum to 1. */
  readonly scores: Readonly<Record<string, number>>;
  /** All predicted labels: those above the threshold for a multi-label task, otherwise the most probable one. */
  readonly labels: readonly string[];
}

/**
 * Converts logits to classes with their probabilities.
 *
 * @param task its problem, which is not regression, its labels, and its calibration
 */
export function classifications(
  {
    problem,
    labels,
    temperature,
    threshold,
  }: Calibration & { readonly problem: Exclude<Problem, 'regression'>; readonly labels: readonly string[] },
  output: ModelOutput,
): Classification[] {
  const { rows, columns } = output;
  const all = probabilities(problem, output, temperature);
  return Array.from({ length: rows }, (_, row) => {
    const own = all.subarray(row * columns, (row + 1) * columns);
    const score = Math.max(...own);
    const label = labels[own.indexOf(score)]!;
    return {
      ...{ label, score },
      scores: Object.fromEntries(labels.map((name, id) => [name, own[id]!])),
      labels:
        problem === 'multiLabelClassification' ? labels.filter((_, id) => own[id]! > threshold) : [label],
    };
  });
}
