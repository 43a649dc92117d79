import { reportContext } from './context.ts';
import type { ReportData } from './data.ts';
import type { ReportDocument } from './document.ts';
import { ablationsSection } from './sections/ablations.ts';
import { coefficientsSection } from './sections/coefficients.ts';
import { comparisonsSection } from './sections/comparisons.ts';
import { costSection } from './sections/cost.ts';
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
    summary: summaryOf(data),
    sections: sections.flatMap((section) => section(context) ?? []),
    footer: `Written by scalearn ${versions.join(', ')}.`,
  };
}

function summaryOf({ runs, encoders, missing }: ReportData): string {
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
