import { plainText } from '../../plain-text.ts';
import { type Cell, cellTexts, type ReportTable } from './model.ts';

/** Formats a table in GitHub's Markdown. Groups are rows with their title in bold. */
export function markdownTable({ columns, groups }: ReportTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rows = groups.flatMap(({ title, rows: inner }) => [
    ...(title === undefined ? [] : [[`**${escapeMarkdown(title)}**`, ...columns.slice(1).map(() => '')]]),
    ...inner.map((row) => row.map(cellText)),
  ]);
  return [
    line(columns.map(({ title }) => escapeMarkdown(title))),
    line(columns.map(({ numeric }) => (numeric ? '---:' : '---'))),
    ...rows.map(line),
  ].join('\n');
}

function cellText(cell: Cell): string {
  const { text, published } = cellTexts(cell);
  const main = typeof cell === 'object' && cell.isBest ? `**${escapeMarkdown(text)}**` : escapeMarkdown(text);
  return published === undefined ? main : `${main}<br>${escapeMarkdown(published)}`;
}

/** Escapes text for Markdown, and for the HTML in it, on one line. */
export function escapeMarkdown(text: string): string {
  return plainText(text)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_[\]|~#]/g, (character) => `\\${character}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;');
}
