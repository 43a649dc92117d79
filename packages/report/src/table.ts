import { type Html, type HtmlValue, html } from './html.ts';

export interface Column {
  readonly title: string;
  /** Numbers stand to the right, digit below digit. */
  readonly numeric?: boolean;
}

export interface TableOptions {
  /** What it shows, for those who do not see it. */
  readonly label: string;
  /** Below the table: how to read it. */
  readonly note?: HtmlValue;
  readonly columns: readonly Column[];
  readonly rows: readonly TableRow[];
}

/** A cell for each column, of which the first names the row; or a heading above the rows that follow. */
export type TableRow = readonly HtmlValue[] | { readonly heading: string };

/** A table that scrolls for itself where the page is too narrow. */
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
