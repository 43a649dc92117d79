import { mean, standardDeviation } from '@scalearn/evaluation';
import { heatMap } from './figures/heat-map.ts';
import { type CurvePoint, learningCurves } from './figures/learning-curves.ts';
import { Html, type HtmlValue, html } from './html.ts';
import { page, type Section } from './page.ts';
import { commands, facts, figure, figureRow } from './parts.ts';
import { table } from './table.ts';

/** A method's runs, one for each seed. */
export interface ComparedMethod {
  /** Displayed name of the method. */
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
  /** Displayed name of the method. */
  readonly method: string;
  /** Names of the sources. */
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
  /** Heading of the page. */
  readonly title: string;
  /** What was compared and what came out, in one or two sentences. */
  readonly summary: string;
  /** Name of the metric in words, such as `accuracy`. */
  readonly metric: string;
  /** The methods, in the order of the tables. */
  readonly methods: readonly ComparedMethod[];
  /** A result without training, for comparison; none by default. */
  readonly baseline?: {
    /** What the result is of. */
    readonly name: string;
    /** The metric on the test split. */
    readonly score: number;
  };
  /** What the curves show in words, such as `validation loss`. */
  readonly curve: string;
  /** Coefficients to show as heat maps; none by default. */
  readonly coefficients?: readonly LearnedCoefficients[];
  /** Machine, device, versions, settings. */
  readonly facts: Readonly<Record<string, string>>;
  /** Commands for the next steps, by their purpose; none by default. */
  readonly commands?: Readonly<Record<string, string>>;
  /** Text at the end of the page. */
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
    sections.push({ heading: 'Learned coefficients', content: coefficientMaps(coefficients) });
  sections.push({ heading: 'What was run', content: facts(comparison.facts) });
  if (comparison.commands) sections.push({ heading: 'Next steps', content: commands(comparison.commands) });
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
    note: `${spread}, on the test split. Parameters are those of the method; each model also trains a head. Seconds are the time to train one model.`,
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
    width: 420,
    label: `${capitalized(curve)} by training step, one line for each of ${list(methods.map(({ name }) => name))}`,
  });
  return figure({
    svg,
    kind: 'curves',
    caption: `${capitalized(curve)} after every epoch, up to the last step that all seeds reached. With several seeds, lines are means and bands are one standard deviation wide on each side.`,
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
  return html`<p>The coefficients say how strongly a method uses each source adapter. They are means over the seeds, and over the hidden units if a method has a coefficient for each. The initial value is ${starts}. Larger coefficients are <span class="positive">blue</span>, smaller ones are <span class="negative">orange</span>.</p>
${figureRow(figures)}`;
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const list = (names: readonly string[]): string => names.join(', ');
