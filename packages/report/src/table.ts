import { type Html, type HtmlValue, html } from './html.ts';

export interface Column {
  /** Heading of the column. */
  readonly title: string;
  /** Whether the column holds numbers, which are right-aligned; false by default. */
  readonly numeric?: boolean;
}

export interface TableOptions {
  /** Text alternative of the table, for screen readers. */
  readonly label: string;
  /** Text below the table that explains how to read it; none by default. */
  readonly note?: HtmlValue;
  /** The columns. */
  readonly columns: readonly Column[];
  /** The rows, in order. */
  readonly rows: readonly TableRow[];
}

/** A cell for each column, the first of which names the row; or a heading above the rows that follow. */
export type TableRow = readonly HtmlValue[] | { readonly heading: string };

/** Makes a table that scrolls by itself if the page is too narrow. */
export function table({ label, note, columns, rows }: TableOptions): Html {
  const kind = (i: number): Html => (columns[i]?.numeric ? html` class="number"` : html``);
  const head = columns.map(({ title }, i) => html`<th scope="col"${kind(i)}>${title}</th>`);
  const line = (row: TableRow): Html =>
    'heading' in row
      ? html`<tr class="group"><th scope="rowgroup" colspan="${columns.length}">${row.heading}</th></tr>
`
      : html`<tr>${row.map((cell, i) =>
          i === 0 ? html`<th scope="row">${cell}</th>` : html`<td${kind(i)}>${cell}</td>`,
        )}</tr>
`;
  return html`<div class="wide" role="region" aria-label="${label}" tabindex="0"><table>
<thead><tr>${head}</tr></thead>
<tbody>
${rows.map(line)}</tbody>
</table></div>
${
  note === undefined
    ? []
    : html`<p class="note">${note}</p>
`
}`;
}
