import type { ReportContext } from '../context.ts';
import type { ReportSection } from '../document.ts';
import { groupBy } from '../group-by.ts';

/** Makes the section that says what is missing, and why: a line for each reason. */
export function missingSection({ data, benchmarks }: ReportContext): ReportSection | undefined {
  const gaps = benchmarks.flatMap(({ main, tasks, encoder }) =>
    main.flatMap((row) => {
      const without = tasks.filter(
        ({ id }) => !row.runs.some(({ scores }) => scores.some(({ task }) => task === id)),
      );
      if (without.length === 0) return [];
      return [`${row.label} on ${without.map(({ name }) => name).join(', ')} (${encoder.name})`];
    }),
  );
  const unkept = data.runs.filter(({ scores }) => scores.some((score) => score.predictions === undefined));
  const lines = [
    ...[...groupBy(data.missing, ({ reason }) => reason)].map(
      ([reason, all]) => `${reason}: ${all.map(({ what }) => what).join('; ')}.`,
    ),
    ...(gaps.length > 0 ? [`No run: ${gaps.join('; ')}.`] : []),
    ...(unkept.length > 0
      ? [`Predictions of ${unkept.length} runs were not kept, so their tests are over seeds.`]
      : []),
  ];
  return lines.length > 0
    ? { heading: 'What is missing', parts: lines.map((line) => ({ text: capitalized(line) })) }
    : undefined;
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
