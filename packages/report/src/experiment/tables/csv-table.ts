import type { ReportTable } from './model.ts';

const columns = ['table', 'group', 'row', 'column', 'value', 'deviation', 'published', 'best'] as const;

/** All tables as one file, a line for each cell (RFC 4180): what programs read most easily. */
export function csvTables(tables: readonly ReportTable[]): string {
  const lines = tables.flatMap(({ title, columns: heads, groups }) =>
    groups.flatMap((group) =>
      group.rows.flatMap(([name = '', ...cells]) =>
        cells.map((cell, i) => {
          const row = typeof name === 'string' ? name : String(name.value);
          const place = [title, group.title ?? '', row, heads[i + 1]?.title ?? ''];
          if (typeof cell === 'string') return [...place, cell, '', '', ''];
          const { value, deviation, published, isBest } = cell;
          return [...place, value, deviation, published, isBest ? 'yes' : ''];
        }),
      ),
    ),
  );
  return [columns, ...lines].map((line) => `${line.map(field).join(',')}\r\n`).join('');
}

/** A field in quotes where it needs them. What a spreadsheet would take for a formula begins with an apostrophe. */
function field(value: string | number | null | undefined): string {
  if (typeof value !== 'string') return value === null || value === undefined ? '' : String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
