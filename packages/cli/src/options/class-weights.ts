import type { ClassWeights } from '@scalearn/core';
import { checkClassWeights } from '@scalearn/core/methods';
import { UsageError } from '../errors.ts';
import type { FoundTask } from '../tasks/find-task.ts';

const number = '(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?';

/** Matches `none`, `balanced`, or a number for each label: `a=1,b=3`. */
export const classWeightsPattern: RegExp = new RegExp(`^(none|balanced|[^,]+=${number}(,[^,]+=${number})*)$`);

/** Parses a text that matches {@link classWeightsPattern}. @throws UsageError for a duplicate label */
export function readClassWeights(text: string): ClassWeights {
  if (text === 'none' || text === 'balanced') return text;
  const weights = new Map<string, number>();
  for (const part of text.split(',')) {
    const label = part.slice(0, part.lastIndexOf('=')).trim();
    if (weights.has(label)) throw new UsageError(`--class-weights gives '${label}' twice; give it once`);
    weights.set(label, Number(part.slice(part.lastIndexOf('=') + 1)));
  }
  return Object.fromEntries(weights);
}

/**
 * Returns the text in the form of the settings. `none` is the same as no text.
 * @throws ArgumentError for weights that do not fit the task
 */
export function classWeightsFor(text: string | undefined, found: readonly FoundTask[]): string | undefined {
  if (text === undefined || text === 'none') return undefined;
  for (const { info } of found) checkClassWeights(readClassWeights(text), info, '--class-weights');
  return text;
}
