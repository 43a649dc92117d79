import { type Html, type HtmlValue, html } from '../../html.ts';
import { table } from '../../table.ts';
import { type Cell, cellTexts, numberText, type ReportTable } from './model.ts';

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
  const { value, digits, deviation, isBest, hint } = cell;
  const { published } = cellTexts(cell);
  const number = numberText(value, digits);
  const main = isBest ? html`<strong>${number}</strong>` : html`${number}`;
  const spread =
    deviation === undefined ? '' : html` <span class="faint">± ${numberText(deviation, digits)}</span>`;
  const below = published === undefined ? '' : html`<br><span class="published">${published}</span>`;
  const all = html`${main}${spread}${below}`;
  return hint === undefined ? all : html`<span title="${hint}">${all}</span>`;
}
