import { figureColors } from './figures/colors.ts';

const light = `--paper: #ffffff; --ink: #1d2126; --faint: #5b6470; --line: #dde1e6; --shade: #f5f6f8; --link: #2459a0; ${figureColors('light')}`;
const dark = `--paper: #16191d; --ink: #e4e7eb; --faint: #9aa4b0; --line: #343a42; --shade: #1f2329; --link: #8fb8f2; ${figureColors('dark')}`;

/** CSS of the page. Printed pages are always light. */
export const style: string = `
:root { color-scheme: light dark; ${light} }
@media screen and (prefers-color-scheme: dark) { :root { ${dark} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 54rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
main.broad { max-width: 84rem; }
section > h3 { font-size: 1rem; font-weight: 600; margin: 1.75rem 0 0.5rem; }
h1 { font-size: 1.75rem; line-height: 1.2; letter-spacing: -0.01em; margin: 0 0 0.75rem; text-wrap: balance; }
h2 { font-size: 1.15rem; line-height: 1.3; margin: 2.75rem 0 0.75rem; }
p { margin: 0 0 0.9rem; max-width: 42rem; text-wrap: pretty; overflow-wrap: break-word; }
.note, figcaption { color: var(--faint); font-size: 0.875rem; line-height: 1.5; }
a { color: var(--link); }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 1rem 0 0; padding: 0; list-style: none; font-size: 0.9375rem; }
section li { max-width: 42rem; margin-bottom: 0.4rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9375rem; }
p.note { margin-top: 0.6rem; }
.broad p.note { max-width: 54rem; }
.broad figure.curves svg { max-width: 46rem; }
.broad figure.cells svg { max-width: none; }
.broad th:not(:first-child), .broad td { padding-left: 0.9rem; }
th, td { text-align: left; padding: 0.45rem 0 0.45rem 1.5rem; border-bottom: 1px solid var(--line); vertical-align: baseline; white-space: nowrap; }
th:first-child { padding-left: 0; position: sticky; left: 0; background: var(--paper); }
thead th { color: var(--faint); font-size: 0.8125rem; font-weight: 500; border-bottom-color: var(--faint); vertical-align: bottom; white-space: normal; }
tbody th { font-weight: 500; }
tr.group th { color: var(--faint); font-size: 0.8125rem; padding-top: 1rem; }
.below { color: var(--faint); font-size: 0.8125rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.faint { color: var(--faint); }
.positive { color: var(--positive); }
.negative { color: var(--negative); }
figure { margin: 0 0 1rem; }
figure .wide svg { display: block; max-width: 100%; height: auto; }
figure.curves svg { width: 100%; min-width: 27rem; }
figcaption { margin-top: 0.5rem; max-width: 42rem; }
figure h3 { font-size: 0.9375rem; font-weight: 600; margin: 0 0 0.25rem; }
.figures { display: flex; flex-wrap: wrap; gap: 1.5rem 1.5rem; align-items: flex-start; }
.figures figure { max-width: 100%; }
svg { font-variant-numeric: tabular-nums; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.35rem 1.5rem; margin: 0; font-size: 0.9375rem; }
dt { color: var(--faint); }
dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
pre { margin: 0 0 1rem; padding: 0.75rem 1rem; background: var(--shade); border-radius: 6px; font: 0.8125rem/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); }
@media (max-width: 36rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 0.6rem; } th, td { padding-left: 1rem; } thead th:first-child, tbody th:first-child { max-width: 40vw; white-space: normal; padding-right: 0.5rem; } figure.curves svg { min-width: 0; } }
@media print { main { max-width: none; padding: 0; } figure, table, pre, dl { break-inside: avoid; } h2 { break-after: avoid; } .wide { overflow: visible; } figure.curves svg { min-width: 0; max-width: 34rem; } }
`;
