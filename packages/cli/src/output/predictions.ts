import { cut, figure, table } from './format.ts';

/** A model's prediction for one row. */
export type Prediction =
  | { readonly label: string; readonly probabilities: Readonly<Record<string, number>> }
  | { readonly labels: readonly string[]; readonly probabilities: Readonly<Record<string, number>> }
  | { readonly score: number };

/** Texts with the model's prediction. */
export interface Predicted {
  readonly texts: readonly string[];
  readonly prediction: Prediction;
}

export const predictionFormats = ['table', 'csv', 'tsv', 'jsonl'] as const;
export type PredictionFormat = (typeof predictionFormats)[number];

/** What decides how predictions are written. */
export interface PredictionLayout {
  /** Names of the labels in their order; the keys of an object do not keep this order for numbers. Null for scores. */
  readonly labels: readonly string[] | null;
  /** Names of the texts of a row. */
  readonly texts: readonly string[];
  readonly isMultiLabel: boolean;
  /** Characters of a line of a table. */
  readonly width: number;
}

/** Formats the next predictions. @param first number of the first of them, from 1 */
export type PredictionText = (predicted: readonly Predicted[], first: number) => string;

/** Returns the function that formats predictions, part by part. */
export function predictionText(format: PredictionFormat, layout: PredictionLayout): PredictionText {
  switch (format) {
    case 'table':
      return (predicted, first) => {
        const text = predictionTable(predicted, layout.width, layout.labels);
        return first === 1 ? text : text.slice(text.indexOf('\n') + 1);
      };
    case 'jsonl':
      return (predicted, first) =>
        predicted.map((each, i) => `${JSON.stringify(predictionLine(each, first + i, layout))}\n`).join('');
    case 'csv':
    case 'tsv':
      return separated(layout, format === 'csv' ? ',' : '\t');
  }
}

/** Returns a prediction as an object for programs. */
export function predictionLine(
  { texts, prediction }: Predicted,
  row: number,
  { texts: names }: Pick<PredictionLayout, 'texts'>,
): object {
  return { row, ...Object.fromEntries(texts.map((text, i) => [names[i], text])), ...prediction };
}

/** Formats rows of separated values. Lists of labels are JSON, which `train` reads again. */
function separated(
  { labels, texts: names, isMultiLabel }: PredictionLayout,
  delimiter: string,
): PredictionText {
  const cell = (value: string | number): string => {
    const text = String(value);
    const isPlain = !text.includes(delimiter) && !/["\n\r]/.test(text);
    return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
  };
  const line = (cells: readonly (string | number)[]): string => `${cells.map(cell).join(delimiter)}\n`;
  const answers =
    labels === null
      ? ['score']
      : [isMultiLabel ? 'labels' : 'label', ...labels.map((label) => `probability:${label}`)];
  return (predicted, first) => {
    const lines = predicted.map(({ texts, prediction }, i) => {
      if ('score' in prediction) return line([first + i, ...texts, prediction.score]);
      const label = 'label' in prediction ? prediction.label : JSON.stringify(prediction.labels);
      const probabilities = (labels ?? []).map((name) => prediction.probabilities[name] ?? Number.NaN);
      return line([first + i, ...texts, label, ...probabilities]);
    });
    return (first === 1 ? line(['row', ...names, ...answers]) : '') + lines.join('');
  };
}

/**
 * Most labels whose probabilities fit beside the texts. With more labels, only the probabilities of predicted labels
 * are shown.
 */
const mostColumns = 4;

/**
 * Formats predictions as a table with one line for each row.
 *
 * @param width characters of a line
 * @param order of the labels
 */
export function predictionTable(
  predicted: readonly Predicted[],
  width: number,
  order: readonly string[] | null,
): string {
  const first = predicted[0]?.prediction;
  const names = first && 'probabilities' in first ? (order ?? []) : [];
  const shown = names.length <= mostColumns ? names : [];
  const header =
    first && 'score' in first ? ['score'] : ['label', ...(shown.length > 0 ? shown : ['probability'])];
  const cells = [header, ...predicted.map(({ prediction }) => predictionCells(prediction, shown))];
  const taken = header.map((_, i) => 2 + Math.max(...cells.map((row) => (row[i] as string).length)));
  const room = Math.max(16, width - taken.reduce((a, b) => a + b, 0));
  const texts = predicted.map(({ texts }) => cut(texts.join(' | '), room));
  return table(['text', ...texts].map((text, i) => [text, ...(cells[i] as string[])]));
}

function predictionCells(prediction: Prediction, shown: readonly string[]): string[] {
  if ('score' in prediction) return [figure(prediction.score)];
  const { probabilities } = prediction;
  const labels = 'label' in prediction ? [prediction.label] : prediction.labels;
  const which = shown.length > 0 ? shown : labels;
  const figures = which.map((name) => figure(probabilities[name]));
  return [labels.join(', ') || '-', ...(shown.length > 0 ? figures : [figures.join(', ') || '-'])];
}
