/** From the values of an axis to pixels. */
export interface Scale {
  /** Pixels from the start of the axis. */
  at(value: number): number;
  readonly ticks: readonly Tick[];
}

export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** Where the lowest and the highest value are, in pixels. */
export type Range = readonly [low: number, high: number];

/** Ticks of a linear scale: about so many, at round values, or the given ones. */
export type LinearTicks =
  | {
      readonly count: number;
      /** Whether the axis begins and ends at a tick. */
      readonly isRounded?: boolean;
    }
  | { readonly at: readonly number[] };

/** Makes a linear scale of the values that are finite. */
export function linearScale(values: readonly number[], range: Range, wanted: LinearTicks): Scale {
  let [low, high] = extent(values);
  if (high - low <= Math.max(1e-300, 1e-9 * Math.max(Math.abs(low), Math.abs(high)))) {
    // As good as one value: it is in the middle.
    const around = Math.abs(low) / 10 || 1;
    [low, high] = [low - around, high + around];
  }
  const at = (value: number): number => between(range, (value - low) / (high - low));
  if ('at' in wanted) return { at, ticks: wanted.at.map((value) => ({ value, text: tickText(value) })) };
  const step = roundStep((high - low) / wanted.count);
  let [first, last] = [Math.ceil(low / step), Math.floor(high / step)];
  if (wanted.isRounded) {
    [first, last] = [Math.floor(low / step), Math.ceil(high / step)];
    [low, high] = [first * step, last * step];
  }
  const places = Math.min(100, Math.max(0, -Math.floor(Math.log10(step))));
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  return { at, ticks: ticks.map((value) => ({ value, text: tickText(value, places) })) };
}

/** Makes a logarithmic scale from the first value to the last, with ticks at powers of ten or the given values. */
export function logScale(domain: readonly [number, number], range: Range, at?: readonly number[]): Scale {
  const isPoint = domain[0] === domain[1];
  const [low, high] = domain.map((value, end) => Math.log10(value) + (isPoint ? end - 0.5 : 0)) as [
    number,
    number,
  ];
  const ticks = at ?? powersOfTen(low, high);
  return {
    at: (value) => between(range, (Math.log10(value) - low) / (high - low)),
    ticks: ticks.map((value) => ({ value, text: tickText(value) })),
  };
}

/** Returns powers of ten, or, if there are few of them, also their halves and fifths. */
function powersOfTen(low: number, high: number): number[] {
  const factors = high - low < 2 ? [1, 2, 5] : [1];
  const first = Math.floor(low);
  return Array.from({ length: Math.ceil(high) - first + 1 }, (_, i) => 10 ** (first + i))
    .flatMap((power) => factors.map((factor) => factor * power))
    .filter((value) => Math.log10(value) >= low && Math.log10(value) <= high);
}

/** Returns the smallest and the largest value that is finite; 0 if there is none. */
function extent(values: readonly number[]): [number, number] {
  const known = values.filter((value) => Number.isFinite(value));
  // Half of the range of numbers, so that differences are finite.
  const half = (value: number): number => Math.max(-8e307, Math.min(8e307, value));
  return known.length === 0 ? [0, 0] : [half(Math.min(...known)), half(Math.max(...known))];
}

/** Returns 1, 2 or 5 times a power of ten. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const rest = step / power;
  return power * (rest > 7 ? 10 : rest > 3 ? 5 : rest > 1.4 ? 2 : 1);
}

const between = ([low, high]: Range, part: number): number => low + part * (high - low);

/** Formats a value with a fixed number of decimal places, or with as many as it needs. */
export function tickText(value: number, places?: number): string {
  const size = Math.abs(value);
  const isPlain = size === 0 || (size >= 1e-6 && size < 1e15);
  const digits =
    places === undefined
      ? { maximumSignificantDigits: 6 }
      : { minimumFractionDigits: places, maximumFractionDigits: places };
  const text = isPlain
    ? value.toLocaleString('en-US', digits)
    : value.toExponential(places === undefined ? 5 : 1);
  return text.replace(/^-(?=[0.,]*$)/, '').replace('-', '\u2212');
}
