import type { ReportTable } from './model.ts';

const columns = [
  ...[
    'table',
    'group',
    'row',
    'column',
    'value',
    'deviation',
    'published',
    'significant',
    'low',
    'high',
    'p',
  ],
] as const;

/** Formats all tables as one CSV file (RFC 4180) with a line for each cell, which is easy to read for programs. */
export function csvTables(tables: readonly ReportTable[]): string {
  const lines = tables.flatMap(({ title, columns: heads, groups }) =>
    groups.flatMap((group) =>
      group.rows.flatMap(([name = '', ...cells]) =>
        cells.map((cell, i) => {
          const row = typeof name === 'string' ? name : String(name.value);
          const place = [title, group.title ?? '', row, heads[i + 1]?.title ?? ''];
          if (typeof cell === 'string') return [...place, cell, '', '', '', '', '', ''];
          const { value, deviation, published, isSignificant, test } = cell;
          const [low, high] = test?.interval ?? [];
          return [...place, value, deviation, published, isSignificant ? 'yes' : '', low, high, test?.p];
        }),
      ),
    ),
  );
  return [columns, ...lines].map((line) => `${line.map(field).join(',')}\r\n`).join('');
}

/**
 * Formats a field, in quotes if necessary. An apostrophe before it prevents spreadsheets from reading it as a formula.
 */
function field(value: string | number | null | undefined): string {
  if (typeof value !== 'string') return Number.isFinite(value) ? String(value) : '';
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
