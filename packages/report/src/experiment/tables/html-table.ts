import { type Html, type HtmlValue, html } from '../../html.ts';
import { table } from '../../table.ts';
import { type Cell, cellTexts, type ReportTable } from './model.ts';

/** Formats a table as a part of the page. */
export function htmlTable({ title, note, columns, groups }: ReportTable): Html {
  return table({
    label: title,
    ...(note === undefined ? {} : { note }),
    columns,
    rows: groups.flatMap(({ title: heading, rows }) => [
      ...(heading === undefined ? [] : [{ heading }]),
      ...rows.map((row) => row.map(cellHtml)),
    ]),
  });
}

function cellHtml(cell: Cell): HtmlValue {
  if (typeof cell === 'string') return cell;
  const { isSignificant, hint } = cell;
  const { number, spread, below } = cellTexts(cell);
  const all = html`${isSignificant ? html`<strong>${number}</strong>` : number}${
    spread === undefined ? '' : html` <span class="faint">${spread}</span>`
  }${below === undefined ? '' : html`<br><span class="below">${below}</span>`}`;
  return hint === undefined ? all : html`<span title="${hint}">${all}</span>`;
}
