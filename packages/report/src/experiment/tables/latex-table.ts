import { plainText } from '../../plain-text.ts';
import { type Cell, cellTexts, differenceText, type ReportTable } from './model.ts';

/** Formats a table for LaTeX with booktabs. */
export function latexTable({ title, note, columns, groups }: ReportTable): string {
  const line = (cells: readonly string[]): string => `${cells.join(' & ')} \\\\`;
  const bodies = groups.map(({ title: heading, rows }) =>
    [
      ...(heading === undefined
        ? []
        : [`\\multicolumn{${columns.length}}{l}{\\textit{${escapeLatex(heading)}}} \\\\`]),
      ...rows.map((row) => line(row.map(cellText))),
    ].join('\n'),
  );
  return [
    '\\begin{table}',
    '\\centering',
    `\\begin{tabular}{${columns.map(({ numeric }) => (numeric ? 'r' : 'l')).join('')}}`,
    '\\toprule',
    line(columns.map((column) => escapeLatex(column.title))),
    '\\midrule',
    bodies.join('\n\\midrule\n'),
    '\\bottomrule',
    '\\end{tabular}',
    `\\caption{${escapeLatex(note === undefined ? title : `${title}. ${note}`)}}`,
    '\\end{table}',
  ].join('\n');
}

function cellText(cell: Cell): string {
  if (typeof cell === 'string') return escapeLatex(cell);
  const { value, digits = 0, published, test, isSignificant } = cell;
  const { number, spread, below } = cellTexts(cell);
  const main = isSignificant ? `\\textbf{${escapeLatex(number)}}` : escapeLatex(number);
  const isCompared = published !== undefined && value !== null;
  // A paper has the published values in a table of their own.
  const against = test ? below : isCompared ? `(${differenceText(value - published, digits)})` : undefined;
  return [
    main,
    ...[spread, against].flatMap((text) => (text === undefined ? [] : [`{\\tiny ${escapeLatex(text)}}`])),
  ].join(' ');
}

/** Escapes text for LaTeX, on one line. */
export function escapeLatex(text: string): string {
  return plainText(text)
    .replace(/\s+/g, ' ')
    .replace(/[\\{}$&#%_^~±−²³ωΣ–…]/g, (character) => replacements[character] as string);
}

const replacements: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '#': '\\#',
  '%': '\\%',
  _: '\\_',
  '^': '\\textasciicircum{}',
  '~': '\\textasciitilde{}',
  '±': '$\\pm$',
  '−': '$-$',
  '²': '$^2$',
  '³': '$^3$',
  ω: '$\\omega$',
  Σ: '$\\Sigma$',
  '–': '--',
  '…': '\\ldots{}',
};
