import type { ClassWeights } from '@scalearn/core';
import { checkClassWeights } from '@scalearn/core/methods';
import type { TaskInfo } from '@scalearn/datasets';
import { UsageError } from '../errors.ts';

const number = '(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?';

/** Matches `none`, `balanced`, or a number for each label: `a=1,b=3`. */
export const classWeightsPattern: RegExp = new RegExp(`^(none|balanced|[^,]+=${number}(,[^,]+=${number})*)$`);

const labelOf = (part: string): string => part.slice(0, part.lastIndexOf('=')).trim();

/** Parses a text that matches {@link classWeightsPattern}. @throws UsageError for a duplicate label */
export function readClassWeights(text: string): ClassWeights {
  if (text === 'none' || text === 'balanced') return text;
  const weights = new Map<string, number>();
  for (const part of text.split(',')) {
    const label = labelOf(part);
    if (weights.has(label)) throw new UsageError(`--class-weights gives '${label}' twice; give it once`);
    weights.set(label, Number(part.slice(part.lastIndexOf('=') + 1)));
  }
  return Object.fromEntries(weights);
}

/** Sorts the weights by their labels, so that their order makes no other run. A sorted text stays as it is. */
export function sortedClassWeights(text: string): string {
  const parts = text.split(',');
  const sorted = parts.toSorted((a, b) => Number(labelOf(a) > labelOf(b)) - Number(labelOf(a) < labelOf(b)));
  return sorted.every((part, i) => part === parts[i]) ? text : sorted.map((part) => part.trim()).join(',');
}

/**
 * Returns the text in the form of the settings. `none` is the same as no text.
 * @throws ArgumentError for weights that do not fit a task
 */
export function classWeightsFor(text: string | undefined, tasks: readonly TaskInfo[]): string | undefined {
  if (text === undefined || text === 'none') return undefined;
  for (const info of tasks) checkClassWeights(readClassWeights(text), info, '--class-weights');
  return sortedClassWeights(text);
}
