import { plainText } from '../../plain-text.ts';
import { type Cell, differenceText, numberText, type ReportTable } from './model.ts';

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
  const { value, digits = 0, deviation, published, isBest } = cell;
  const number = escapeLatex(numberText(value, digits));
  const main = isBest ? `\\textbf{${number}}` : number;
  const spread = deviation === undefined ? '' : ` {\\tiny$\\pm$${numberText(deviation, digits)}}`;
  const against =
    published === undefined || value === null
      ? ''
      : ` {\\tiny(${escapeLatex(differenceText(value - published, digits))})}`;
  return `${main}${spread}${against}`;
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
