import { InvalidOptionError, SplitError } from './errors.ts';
import { Pcg64 } from './pcg64.ts';

/** Row numbers of the two parts, each in random order. No row is in both. */
export interface Split {
  /** Row numbers of the training part. */
  readonly train: Int32Array;
  /** Row numbers of the validation part. */
  readonly validation: Int32Array;
}

export interface SubsetOptions {
  /** Class of every row. If given, all parts have the class proportions of the whole. Default: not stratified. */
  readonly labels?: ArrayLike<number> | undefined;
  /** Seed of the division. Default 42, as in the published experiments. */
  readonly seed?: number | bigint | undefined;
}

export interface SplitOptions extends SubsetOptions {
  /**
   * Number of rows of the training part; the other rows are for validation. Default: all but a tenth, rounded in favor
   * of validation.
   */
  readonly trainSize?: number | undefined;
  /** Percentage of the rows to divide; see `nestedSubset`. Default 100. */
  readonly maxTrainPct?: number | undefined;
}

/**
 * Divides `rows` rows into a training and a validation part. The rows equal those of
 * `datasets.Dataset.train_test_split(test_size=0.1, shuffle=True, seed=42)`, with `stratify_by_column` if labels are
 * given. Throws `SplitError` if there are too few rows.
 */
export function trainTestSplit(rows: number, options: SplitOptions = {}): Split {
  const { labels, seed = 42, maxTrainPct = 100 } = options;
  if (maxTrainPct !== 100) {
    const subset = nestedSubset(rows, maxTrainPct, options);
    const { train, validation } = trainTestSplit(subset.length, {
      ...options,
      labels: labels && subset.map((row) => labels[row]!),
      maxTrainPct: 100,
    });
    return { train: pick(subset, train), validation: pick(subset, validation) };
  }
  const trainSize = options.trainSize ?? rows - Math.ceil(0.1 * rows);
  const validationSize = rows - trainSize;
  if (trainSize < 1 || validationSize < 1) {
    throw new SplitError(
      `${rows} rows cannot be divided into ${trainSize} for training and ${validationSize} for validation: neither may be empty. Use more data.`,
    );
  }
  const generator = new Pcg64(seed);
  if (labels !== undefined) return stratified(labels, trainSize, validationSize, generator);
  const order = generator.permutation(rows);
  return { validation: order.slice(0, validationSize), train: order.slice(validationSize) };
}

/**
 * Returns the row numbers of the nested low-data subset with `percent` (5, 10, …, 100) of all rows. The 95 % subset is
 * drawn from all rows, the 90 % subset from the 95 % subset, and so on, as in the published experiments.
 */
export function nestedSubset(rows: number, percent: number, options: SubsetOptions = {}): Int32Array {
  const { labels, seed } = options;
  if (!(percent % 5 === 0 && percent >= 5 && percent <= 100)) {
    throw new InvalidOptionError('maxTrainPct', percent, 'one of 5, 10, 15, …, 95, 100');
  }
  let subset: Int32Array = Int32Array.from({ length: rows }, (_, i) => i);
  for (let step = 95; step >= percent; step -= 5) {
    const { train } = trainTestSplit(subset.length, {
      labels: labels && subset.map((row) => labels[row]!),
      trainSize: Math.floor((rows * step) / 100),
      seed,
    });
    subset = pick(subset, train);
  }
  return subset;
}

function pick(rows: Int32Array, positions: Int32Array): Int32Array {
  return positions.map((position) => rows[position]!);
}

/** Performs one round of scikit-learn's `StratifiedShuffleSplit`. */
function stratified(
  labels: ArrayLike<number>,
  trainSize: number,
  validationSize: number,
  generator: Pcg64,
): Split {
  const classes = rowsPerClass(labels);
  checkClasses(classes, trainSize, validationSize);
  const counts = [...classes.values()].map((rows) => rows.length);
  const trainCounts = apportion(counts, trainSize, generator);
  const rest = counts.map((count, i) => count - trainCounts[i]!);
  const validationCounts = apportion(rest, validationSize, generator);

  const train: number[] = [];
  const validation: number[] = [];
  [...classes.values()].forEach((rows, i) => {
    const shuffled = Array.from(generator.permutation(rows.length), (position) => rows[position]!);
    const end = trainCounts[i]! + validationCounts[i]!;
    for (const row of shuffled.slice(0, trainCounts[i])) train.push(row);
    for (const row of shuffled.slice(trainCounts[i], end)) validation.push(row);
  });
  return {
    train: generator.shuffle(Int32Array.from(train)),
    validation: generator.shuffle(Int32Array.from(validation)),
  };
}

/** Returns the rows of every class that occurs. Classes and rows are ascending. */
function rowsPerClass(labels: ArrayLike<number>): Map<number, number[]> {
  const classes = new Map<number, number[]>();
  for (let row = 0; row < labels.length; row++) {
    const rows = classes.get(labels[row]!);
    if (rows) rows.push(row);
    else classes.set(labels[row]!, [row]);
  }
  return new Map([...classes].sort(([a], [b]) => a - b));
}

function checkClasses(classes: Map<number, number[]>, trainSize: number, validationSize: number): void {
  for (const [label, rows] of classes) {
    if (rows.length < 2) {
      throw new SplitError(
        `Class ${label} has only one row, so a stratified split cannot put it into both parts. Add rows of that class or leave it out.`,
      );
    }
  }
  for (const [part, size] of [
    ['training', trainSize],
    ['validation', validationSize],
  ] as const) {
    if (size < classes.size) {
      throw new SplitError(
        `The ${part} part would have ${size} rows for ${classes.size} classes, so a stratified split cannot represent them all. Use more data.`,
      );
    }
  }
}

/**
 * Distributes `total` over classes in proportion to their `counts`: the most probable outcome of drawing without
 * replacement. The remainder of rounding down goes to the largest remainders. Ties are decided at random.
 */
function apportion(counts: readonly number[], total: number, generator: Pcg64): number[] {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const exact = counts.map((count) => (total * count) / all);
  const shares = exact.map(Math.floor);
  const remainders = exact.map((share, i) => share - shares[i]!);
  let missing = total - shares.reduce((sum, share) => sum + share, 0);
  for (const remainder of [...new Set(remainders)].sort((a, b) => b - a)) {
    if (missing === 0) break;
    const tied = [...remainders.keys()].filter((i) => remainders[i] === remainder);
    // The draw is made even when all tied classes win, because it advances the generator.
    const winners = generator.choice(tied.length, Math.min(tied.length, missing));
    for (const winner of winners) shares[tied[winner]!]! += 1;
    missing -= winners.length;
  }
  return shares;
}
