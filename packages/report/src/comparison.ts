import { mean, standardDeviation } from '@scalearn/evaluation';
import { heatMap } from './figures/heat-map.ts';
import { type CurvePoint, learningCurves } from './figures/learning-curves.ts';
import { Html, type HtmlValue, html } from './html.ts';
import { page, type Section } from './page.ts';
import { commands, facts, figure, figureRow } from './parts.ts';
import { table } from './table.ts';

/** A method's runs, one for each seed. */
export interface ComparedMethod {
  readonly name: string;
  /** Trainable values of the method, without the head. */
  readonly parameters: number;
  /** The metric on the test split, by seed. */
  readonly scores: readonly number[];
  /** Seconds to train one model, the mean over seeds. */
  readonly seconds: number;
  /** Step and validation value of every evaluation, by seed. */
  readonly curves: readonly (readonly CurvePoint[])[];
}

/** The coefficients that a method learned, the mean over seeds. */
export interface LearnedCoefficients {
  readonly method: string;
  readonly sources: readonly string[];
  /** Names of the layers, or a single name if all layers share the coefficients. */
  readonly layers: readonly string[];
  /** `[layers][sources]`. */
  readonly values: readonly (readonly number[])[];
  /** Value of every coefficient before training. */
  readonly start: number;
}

/** A comparison of several methods on one task. */
export interface Comparison {
  readonly title: string;
  readonly summary: string;
  /** Name of the metric in words, such as `accuracy`. */
  readonly metric: string;
  readonly methods: readonly ComparedMethod[];
  /** A result without training, for comparison. */
  readonly baseline?: { readonly name: string; readonly score: number };
  /** What the curves show in words, such as `validation loss`. */
  readonly curve: string;
  readonly coefficients?: readonly LearnedCoefficients[];
  /** Machine, device, versions, settings. */
  readonly facts: Readonly<Record<string, string>>;
  /** Commands for the next steps, by their purpose. */
  readonly commands?: Readonly<Record<string, string>>;
  readonly footer: string;
}

/** Makes one HTML file of the whole comparison. */
export function comparisonReport(comparison: Comparison): string {
  const { title, summary, coefficients = [], footer } = comparison;
  const sections: Section[] = [
    { heading: 'Results', content: resultTable(comparison) },
    { heading: 'Learning curves', content: curves(comparison) },
  ];
  if (coefficients.length > 0)
    sections.push({ heading: 'What was learned', content: coefficientMaps(coefficients) });
  sections.push({ heading: 'What was run', content: facts(comparison.facts) });
  if (comparison.commands) sections.push({ heading: 'Go on', content: commands(comparison.commands) });
  return page({ title, summary, sections, footer });
}

/** Formats a score to three decimal places; a metric may be undefined. */
const figureText = (value: number): string => (Number.isFinite(value) ? value.toFixed(3) : 'undefined');

function resultTable({ methods, metric, baseline }: Comparison): Html {
  const seeds = Math.max(...methods.map(({ scores }) => scores.length));
  const line = ({ name, parameters, scores, seconds }: ComparedMethod): HtmlValue[] => [
    name,
    parameters.toLocaleString('en-US'),
    meanText(scores),
    ...(seeds > 1 ? [scores.map(figureText).join('\u2002')] : []),
    seconds.toFixed(1),
  ];
  const rows = methods.map(line);
  if (baseline) rows.push([baseline.name, '–', figureText(baseline.score), ...(seeds > 1 ? [''] : []), '']);
  const spread = seeds > 1 ? `Mean ± sample standard deviation over ${seeds} seeds` : 'One seed';
  return table({
    label: 'Scores by method',
    note: `${spread}, on the test split. Parameters are those of the method; each model trains a head beside them. Seconds are those of training one model.`,
    columns: [
      { title: 'Method' },
      { title: 'Trained parameters', numeric: true },
      { title: capitalized(metric), numeric: true },
      ...(seeds > 1 ? [{ title: 'By seed', numeric: true }] : []),
      { title: 'Seconds', numeric: true },
    ],
    rows,
  });
}

function meanText(scores: readonly number[]): Html {
  const deviation = standardDeviation(scores);
  const spread =
    deviation === undefined ? new Html('') : html` <span class="faint">± ${figureText(deviation)}</span>`;
  return html`${figureText(mean(scores))}${spread}`;
}

function curves({ methods, curve }: Comparison): Html {
  const svg = learningCurves({
    series: methods.map(({ name, curves: runs }) => ({ name, runs })),
    xTitle: 'step',
    yTitle: curve,
    label: `${capitalized(curve)} over the steps of training, a line for each of ${list(methods.map(({ name }) => name))}`,
  });
  return figure({
    svg,
    kind: 'curves',
    caption: `${capitalized(curve)} after every epoch: the mean over seeds, in a band of one standard deviation if there are several, up to the step that every seed reached.`,
  });
}

function coefficientMaps(all: readonly LearnedCoefficients[]): Html {
  const full = Math.max(
    ...all.flatMap(({ values, start }) => values.flat().map((value) => Math.abs(value - start))),
  );
  const figures: Html[] = [];
  for (const { method, sources, layers, values, start } of all) {
    const svg = heatMap({
      rows: sources,
      columns: layers,
      values: sources.map((_, s) => layers.map((__, l) => values[l]?.[s] as number)),
      center: start,
      full,
      label: `Coefficients of ${method} by source and layer`,
    });
    figures.push(figure({ svg, heading: method }));
  }
  const starts = [...new Set(all.map(({ start }) => start.toFixed(2)))].join(' or ');
  return html`<p>How much of each source adapter a method has learned to use. Methods with a coefficient for every hidden unit show their mean; so do several seeds. All began at ${starts}: what has grown since is <span class="positive">blue</span>, what has shrunk <span class="negative">orange</span>.</p>
${figureRow(figures)}`;
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const list = (names: readonly string[]): string => names.join(', ');
