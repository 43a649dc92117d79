import type { Prediction } from '../model/predictions.ts';
import { cut, figure } from './format.ts';
import { table } from './table.ts';

/** A text with what a model says about it. */
export interface Predicted {
  readonly texts: readonly [string] | readonly [string, string];
  readonly prediction: Prediction;
}

/** One JSON object a line, in the order of the texts. */
export function predictionLines(predicted: readonly Predicted[]): string {
  const lines = predicted.map(({ texts: [text, textPair], prediction }, i) => ({
    ...{ row: i + 1, text },
    ...(textPair === undefined ? {} : { textPair }),
    ...prediction,
  }));
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Probabilities of more labels than this do not fit beside the texts: only those of the predicted ones are shown. */
const mostColumns = 4;

/**
 * A table with one line for each text.
 *
 * @param width of the screen
 * @param order of the labels, which an object does not keep of numbers
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
