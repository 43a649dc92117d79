import type { ReportContext } from '../context.ts';
import type { ReportSection } from '../document.ts';

/** Makes the section that lists what is missing, and why. */
export function missingSection({ data, benchmarks }: ReportContext): ReportSection | undefined {
  const gaps = benchmarks.flatMap(({ main, tasks, encoder }) =>
    main.flatMap((row): [string, string][] => {
      const without = tasks.filter(
        ({ id }) => !row.runs.some(({ scores }) => scores.some(({ task }) => task === id)),
      );
      if (without.length === 0) return [];
      return [[`${row.label}, ${encoder.name}`, `no run of ${without.map(({ name }) => name).join(', ')}`]];
    }),
  );
  const unkept = data.runs.filter(({ scores }) => scores.some((score) => score.predictions === undefined));
  const rows = [
    ...data.missing.map(({ what, reason }): [string, string] => [what, reason]),
    ...gaps,
    ...(unkept.length > 0
      ? [[`Predictions of ${unkept.length} runs`, 'not kept: tests are over seeds there'] as [string, string]]
      : []),
  ];
  if (rows.length === 0) return undefined;
  return {
    heading: 'What is missing',
    parts: [
      {
        table: {
          title: 'Missing runs',
          columns: [{ title: 'What' }, { title: 'Why' }],
          groups: [{ rows }],
        },
      },
    ],
  };
}
