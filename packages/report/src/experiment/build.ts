import { mean } from '@scalearn/evaluation';
import { benchmarkTitle } from './benchmarks.ts';
import { alpha } from './compare.ts';
import { type ReportContext, reportContext, type TestedBenchmark } from './context.ts';
import type { ReportData } from './data.ts';
import type { ReportDocument } from './document.ts';
import { averages } from './method-rows.ts';
import { percent } from './score-table.ts';
import { ablationsSection } from './sections/ablations.ts';
import { coefficientsSection } from './sections/coefficients.ts';
import { comparisonsSection } from './sections/comparisons.ts';
import { costSection } from './sections/cost.ts';
import { differencesSection } from './sections/differences.ts';
import { efficiencySection } from './sections/efficiency.ts';
import { fewShotSection } from './sections/few-shot.ts';
import { furtherMetricsSection } from './sections/further-metrics.ts';
import { learningCurvesSection } from './sections/learning-curves.ts';
import { missingSection } from './sections/missing.ts';
import { probingSection } from './sections/probing.ts';
import { resultsSection } from './sections/results.ts';
import { settingsSection } from './sections/settings.ts';

/** The sections of a report, in their order. A section is left out if the runs have nothing for it. */
const sections = [
  resultsSection,
  comparisonsSection,
  differencesSection,
  coefficientsSection,
  efficiencySection,
  fewShotSection,
  ablationsSection,
  probingSection,
  furtherMetricsSection,
  learningCurvesSection,
  costSection,
  settingsSection,
  missingSection,
];

export function buildReport(data: ReportData): ReportDocument {
  const context = reportContext(data);
  const versions = [...new Set(data.runs.map(({ version }) => version))];
  return {
    title: data.title,
    summary: [...context.benchmarks.flatMap(verdict), summaryOf(context)].join(' '),
    sections: sections.flatMap((section) => section(context) ?? []),
    footer: `Written by scalearn ${versions.join(', ')}.`,
  };
}

/** States which method is best, and whether a test tells it from the others. */
function verdict(benchmark: TestedBenchmark): string[] {
  const test = benchmark.tests.at(-1);
  if (!test) return [];
  const { best, others } = test;
  const where = benchmark.tasks.length > 1 ? 'on average' : `on ${benchmark.tasks[0]?.name}`;
  const score = mean([...averages(best, benchmark.tasks).values()]);
  const close = others.filter(({ corrected }) => !(corrected <= alpha)).map(({ row }) => row.label);
  const ps = others.map(({ corrected }) => corrected).filter((p) => p <= alpha);
  const rest = others.length - close.length;
  const told =
    rest === 0
      ? 'A test tells it from no other method'
      : `It is significantly better than ${rest === others.length ? 'every other method' : `${rest} of ${others.length} other methods`} (corrected ${ps.length > 0 ? `p ≤ ${Math.max(...ps).toPrecision(2)}` : ''})`;
  const named = close.slice(0, mostNamed).join(', ');
  const more = close.length > mostNamed ? ` and ${close.length - mostNamed} more` : '';
  const open = close.length > 0 && rest > 0 ? `, and not distinguishable from ${named}${more}` : '';
  return [
    `${benchmarkTitle(benchmark)}: ${best.label} is best ${where}, ${percent(score).toFixed(1)} %. ${told}${open}.`,
  ];
}

/** Most methods that a sentence names. */
const mostNamed = 4;

function summaryOf({ data: { runs, encoders, missing } }: ReportContext): string {
  const own = runs.filter(({ purpose }) => purpose === 'report');
  const methods = new Set(own.map(({ method }) => method)).size;
  const tasks = new Set(own.flatMap(({ scores }) => scores.map(({ task }) => task))).size;
  const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
  const what = [
    counted(own.length, 'run'),
    counted(methods, 'method'),
    counted(tasks, 'task'),
    counted(Object.keys(encoders).length, 'encoder'),
    counted(new Set(own.map(({ seed }) => seed)).size, 'seed'),
  ].join(', ');
  return missing.length > 0 ? `${what}. ${counted(missing.length, 'planned run')} missing.` : `${what}.`;
}
