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
  const { number, spread, below } = cellTexts(cell);
  const text = escapeMarkdown(spread === undefined ? number : `${number} ${spread}`);
  const main = typeof cell === 'object' && cell.isSignificant ? `**${text}**` : text;
  return below === undefined ? main : `${main}<br>${escapeMarkdown(below)}`;
}

/** Escapes text for Markdown, and for the HTML in it, on one line. */
export function escapeMarkdown(text: string): string {
  return plainText(text)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_[\]|~#]/g, (character) => `\\${character}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;');
}
