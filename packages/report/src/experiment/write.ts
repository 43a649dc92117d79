import { type Html, html } from '../html.ts';
import { page } from '../page.ts';
import { facts, figure, figureRow } from '../parts.ts';
import { buildReport } from './build.ts';
import type { ReportData } from './data.ts';
import type { Part, ReportDocument } from './document.ts';
import { type ReportMethod, withMethods } from './methods.ts';
import { csvTables } from './tables/csv-table.ts';
import { htmlTable } from './tables/html-table.ts';
import { escapeLatex, latexTable } from './tables/latex-table.ts';
import { escapeMarkdown, markdownTable } from './tables/markdown-table.ts';
import type { ReportTable } from './tables/model.ts';

export const reportFormats = ['html', 'markdown', 'csv', 'latex', 'json'] as const;
export type ReportFormat = (typeof reportFormats)[number];

/**
 * Makes a report of runs. `html` is one page that needs no other file, and the only format with figures. `json` is the
 * data, from which reports can be made again.
 *
 * @param methods their names, and their order; other methods keep their ids
 */
export function experimentReport(
  data: ReportData,
  format: ReportFormat = 'html',
  methods: readonly ReportMethod[] = [],
): string {
  if (format === 'json') return `${JSON.stringify(data)}\n`;
  const report = buildReport(withMethods(data, methods));
  if (format === 'html') return htmlReport(report);
  if (format === 'csv') return csvTables(tablesOf(report));
  return format === 'markdown' ? markdownReport(report) : latexReport(report);
}

const tablesOf = ({ sections }: ReportDocument): ReportTable[] =>
  sections.flatMap(({ parts }) => parts.flatMap((part) => ('table' in part ? [part.table] : [])));

function htmlReport({ title, summary, sections, footer }: ReportDocument): string {
  const written = sections.map(({ heading, parts }) => ({ heading, content: parts.map(htmlPart) }));
  return page({ title, summary, sections: written, footer, isWide: true });
}

function htmlPart(part: Part): Html {
  if ('text' in part)
    return html`<p>${part.text}</p>
`;
  if ('facts' in part) return facts(part.facts);
  if ('table' in part)
    return html`<h3>${part.table.title}</h3>
${htmlTable(part.table)}`;
  const drawn = part.figures.map(({ draw, ...rest }) => figure({ svg: draw(), ...rest }));
  const intro =
    part.intro === undefined
      ? ''
      : html`<p>${part.intro}</p>
`;
  return html`${intro}${figureRow(drawn)}`;
}

function markdownReport({ title, summary, sections, footer }: ReportDocument): string {
  const part = (each: Part): string[] => {
    if ('text' in each) return [escapeMarkdown(each.text)];
    if ('facts' in each)
      return [
        Object.entries(each.facts)
          .map(([name, value]) => `* ${escapeMarkdown(name)}: ${escapeMarkdown(value)}`)
          .join('\n'),
      ];
    if ('figures' in each) return [];
    const { title: name, note } = each.table;
    return [
      `### ${escapeMarkdown(name)}`,
      markdownTable(each.table),
      ...(note ? [escapeMarkdown(note)] : []),
    ];
  };
  const body = sections.flatMap(({ heading, parts }) => {
    const blocks = parts.flatMap(part);
    return blocks.length > 0 ? [`## ${escapeMarkdown(heading)}`, ...blocks] : [];
  });
  return `${[`# ${escapeMarkdown(title)}`, escapeMarkdown(summary), ...body, escapeMarkdown(footer)].join('\n\n')}\n`;
}

/** Formats the tables for `\\input`; they need the package booktabs. */
function latexReport(report: ReportDocument): string {
  const tables = tablesOf(report).map(latexTable);
  return `${[`% ${escapeLatex(report.title)}. Needs \\usepackage{booktabs}.`, ...tables].join('\n\n')}\n`;
}
