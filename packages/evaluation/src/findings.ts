import { type AssessedTask, type Baseline, baselineNames } from './baselines.ts';
import type { ScoredOutput } from './compute.ts';
import { mean } from './lists.ts';
import { argmaxPredictions } from './predictions.ts';
import type { Interval } from './statistics/spread.ts';

/** The kinds of findings. */
export const findingKinds = [
  'noBetterThanBaseline',
  'onePrediction',
  'nothingLearned',
  'lossRose',
  'stillImproving',
  'fewScoredRows',
  'fewClassRows',
] as const;

/** Something that a reader should know before trusting a score. */
export interface Finding {
  /** What was found, for programs. */
  readonly kind: (typeof findingKinds)[number];
  /** One or two sentences: what was found. */
  readonly text: string;
  /** What to try. */
  readonly advice: string;
}

/** A score with what it is compared with. */
export interface ScoreSummary {
  /** Name of the task's primary metric. */
  readonly metric: string;
  /** NaN if the metric is undefined. */
  readonly score: number;
  /** The 95 % interval of the score; undefined if the metric is undefined. */
  readonly interval: Interval | undefined;
  /** Number of scored rows. */
  readonly rows: number;
  /** The baselines on the same rows, the majority class first. */
  readonly baselines: readonly Baseline[];
}

/** Losses of a training. `TrainedModel` of `@scalearn/core` has such a history. */
export interface TrainingHistory {
  /** Losses at each evaluation, in order. */
  readonly records: readonly { readonly trainLoss: number; readonly validationLoss: number }[];
  /** Number of the record whose state was kept, from 1. */
  readonly best: number;
  /** Whether losses were weighted by class. They cannot be compared with guessing then. Default false. */
  readonly weighted?: boolean;
}

/** Fewest rows whose score says much. */
const enoughRows = 50;

/** Fewest training rows of a class from which it can be learned. */
const enoughClassRows = 5;

/** Most classes that a text names. */
const namedClasses = 5;

/** Returns what the scored rows show. */
export function scoreFindings(
  task: AssessedTask,
  { metric, score, rows, baselines, interval }: ScoreSummary,
  output: ScoredOutput,
): Finding[] {
  const findings: Finding[] = [];
  const shown = (value: number): string => roundedScore(value, rows);
  const behind = baselines.filter(({ interval: difference }) => !difference || difference[0] <= 0);
  const [strongest] = behind.toSorted((a, b) => Number(b.score) - Number(a.score));
  if (strongest) {
    const name = baselineNames[strongest.kind];
    const verdict = strongest.difference > 0 ? 'not clearly better than' : 'no better than';
    findings.push({
      kind: 'noBetterThanBaseline',
      text: `The model is ${verdict} ${name}: ${metric} ${shown(score)} against ${shown(strongest.score)}.`,
      advice:
        'Train longer or with a higher learning rate, add sources of related tasks, or add rows. Check that the texts say what the labels ask for.',
    });
  }
  const one = onlyPrediction(task, output);
  if (one !== undefined)
    findings.push({
      kind: 'onePrediction',
      text: `The model gives every row the same answer, '${one}'.`,
      advice: 'Train longer, change the learning rate, or balance the classes with class weights.',
    });
  if (rows < enoughRows)
    findings.push({
      kind: 'fewScoredRows',
      text: `The score is of ${rows} rows only${interval ? `: the true one may well be anywhere from ${shown(interval[0])} to ${shown(interval[1])}` : ''}.`,
      advice: 'Score more labeled rows, or use cross-validation.',
    });
  const few = rareClasses(task);
  if (few.length > 0) {
    const more = few.length > namedClasses ? ` and ${few.length - namedClasses} more` : '';
    findings.push({
      kind: 'fewClassRows',
      text: `Classes with fewer than ${enoughClassRows} training rows: ${few.slice(0, namedClasses).join(', ')}${more}.`,
      advice: 'Label more rows of them, or merge them with others.',
    });
  }
  return findings;
}

/** Returns what the losses of the training show. */
export function trainingFindings(
  task: AssessedTask,
  { records, best, weighted = false }: TrainingHistory,
): Finding[] {
  const [first, last] = [records[0], records.at(-1)];
  if (!first || !last) return [];
  const shown = (value: number): string => value.toPrecision(3);
  const guess = guessLoss(task);
  if (last.trainLoss > first.trainLoss * 1.02)
    return [
      {
        kind: 'lossRose',
        text: `The training loss rose, from ${shown(first.trainLoss)} to ${shown(last.trainLoss)}.`,
        advice: 'Lower the learning rate.',
      },
    ];
  if (!weighted && last.trainLoss > guess * 0.98)
    return [
      {
        kind: 'nothingLearned',
        text: `The training loss ended at ${shown(last.trainLoss)}. Guessing by how common the labels are has ${shown(guess)}: nothing was learned.`,
        advice: 'Train for more epochs, or raise the learning rate.',
      },
    ];
  const before = records.at(-2);
  if (before && best === records.length && last.validationLoss < before.validationLoss * 0.98)
    return [
      {
        kind: 'stillImproving',
        text: `The validation loss was still falling when training ended, from ${shown(before.validationLoss)} to ${shown(last.validationLoss)}.`,
        advice: 'Train for more epochs.',
      },
    ];
  return [];
}

/** Returns the only prediction if there are several rows, otherwise undefined. */
function onlyPrediction(
  { problem, labels, ranksCandidates }: AssessedTask,
  output: ScoredOutput,
): string | undefined {
  if (ranksCandidates || output.rows < 2) return undefined;
  if (problem === 'regression') {
    const [first = 0, ...others] = Array.from(output.logits);
    return others.every((score) => score === first) ? first.toPrecision(3) : undefined;
  }
  if (!labels || problem !== 'singleLabelClassification') return undefined;
  const [first, ...others] = argmaxPredictions(output);
  return others.every((id) => id === first) ? labels[first!] : undefined;
}

/** Returns the classes or labels with too few training rows, with their counts. */
function rareClasses({ problem, labels, train, ranksCandidates }: AssessedTask): string[] {
  if (!labels || problem === 'multipleChoice' || ranksCandidates || train.length === 0) return [];
  const counts = labels.map((_, id) => train.filter(({ label }) => isOf(label, id)).length);
  return labels.flatMap((name, id) => (counts[id]! < enoughClassRows ? [`${name} (${counts[id]})`] : []));
}

const isOf = (label: number | readonly number[], id: number): boolean =>
  typeof label === 'number' ? label === id : label[id] === 1;

/**
 * Returns the loss of a model that knows the frequencies of the labels and nothing else: their entropy for classes, the
 * mean entropy of each label for multi-label problems, the variance for regression, log of their number for choices.
 */
function guessLoss({ problem, labels, train }: AssessedTask): number {
  if (problem === 'regression') {
    const scores = train.map(({ label }) => Number(label));
    const center = mean(scores);
    return mean(scores.map((score) => (score - center) ** 2));
  }
  const classes = labels ?? [];
  if (problem === 'multipleChoice') return Math.log(classes.length);
  const shares = classes.map((_, id) => train.filter(({ label }) => isOf(label, id)).length / train.length);
  const term = (p: number): number => (p > 0 ? -p * Math.log(p) : 0);
  return problem === 'multiLabelClassification'
    ? mean(shares.map((p) => term(p) + term(1 - p)))
    : shares.reduce((total, p) => total + term(p), 0);
}

/**
 * Formats a fraction with as many digits as the number of rows supports: two up to 99 rows, three up to 9,999, then
 * four. NaN is `undefined`.
 */
export function roundedScore(value: number, rows: number): string {
  if (Number.isNaN(value)) return 'undefined';
  return value.toFixed(rows < 100 ? 2 : rows < 10_000 ? 3 : 4);
}
