/** A point of a curve: a number of steps and the loss after them. */
export interface Point {
  readonly step: number;
  readonly loss: number;
}

const width = 360;
const height = 180;
const edge = { left: 32, right: 12, top: 10, bottom: 26 };

/**
 * Draws the training loss of every step as a line, and the validation loss of every epoch as a line with dots, as SVG.
 */
export function lossCurve(training: readonly Point[], validation: readonly Point[], steps: number): string {
  const losses = [...training, ...validation].map(({ loss }) => loss);
  const top = Math.max(0.8, ...losses) * 1.05;
  const bottom = Math.min(0.6, ...losses) * 0.95;
  const x = (step: number): number =>
    edge.left + ((width - edge.left - edge.right) * step) / Math.max(1, steps);
  const y = (loss: number): number =>
    edge.top + ((height - edge.top - edge.bottom) * (top - loss)) / (top - bottom);
  const path = (points: readonly Point[]): string =>
    points.map(({ step, loss }, i) => `${i ? 'L' : 'M'}${x(step).toFixed(1)} ${y(loss).toFixed(1)}`).join('');
  const grid = ticks(bottom, top).map(
    (loss) =>
      `<path class="grid" d="M${edge.left} ${y(loss)}H${width - edge.right}"/>` +
      `<text x="${edge.left - 6}" y="${y(loss) + 4}" text-anchor="end">${loss.toFixed(1)}</text>`,
  );
  const dots = validation.map(
    ({ step, loss }) =>
      `<circle class="validation" cx="${x(step).toFixed(1)}" cy="${y(loss).toFixed(1)}" r="3"/>`,
  );
  const last = validation.at(-1);
  const label = `Loss by step, up to step ${steps}. ${last ? `The last validation loss is ${last.loss.toFixed(3)}.` : ''}`;
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
    ${grid.join('')}
    <text x="${width - edge.right}" y="${height - 6}" text-anchor="end">${steps} steps</text>
    <path class="training" d="${path(training)}"/>
    <path class="validation" d="${path(validation)}"/>${dots.join('')}
  </svg>`;
}

/** Returns about five round numbers between two losses. */
function ticks(bottom: number, top: number): number[] {
  const size = [0.1, 0.2, 0.5, 1, 2].find((each) => (top - bottom) / each <= 6) ?? 5;
  const first = Math.ceil(bottom / size);
  return Array.from({ length: Math.floor(top / size) - first + 1 }, (_, i) => (first + i) * size);
}

const row = 26;

/** Draws one bar for each source, from zero, with a mark at the start value of all of them, as SVG. */
export function coefficientBars(sources: readonly string[], values: readonly number[]): string {
  const start = 2 / Math.max(1, sources.length);
  const least = Math.min(0, ...values);
  const most = Math.max(2 * start, ...values);
  const x = (value: number): number => 56 + ((width - 56 - 52) * (value - least)) / (most - least);
  const bars = sources.map((source, t) => {
    const value = values[t] ?? 0;
    const from = Math.min(x(0), x(value));
    return `<text x="46" y="${t * row + 17}" text-anchor="end">${source}</text>
      <rect class="bar" x="${from}" y="${t * row + 5}" width="${Math.abs(x(value) - x(0))}" height="${row - 10}" rx="2"/>
      <text x="${width - 4}" y="${t * row + 17}" text-anchor="end">${value.toFixed(2)}</text>`;
  });
  const all = sources.map((source, t) => `${source} ${(values[t] ?? 0).toFixed(2)}`).join(', ');
  const tall = sources.length * row;
  return `<svg viewBox="0 0 ${width} ${tall}" role="img" aria-label="Coefficient of each source: ${all}">
    ${bars.join('')}
    <path class="start" d="M${x(start)} 0V${tall}"/><path class="zero" d="M${x(0)} 0V${tall}"/>
  </svg>`;
}
