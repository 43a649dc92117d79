import { confidenceInterval, mean } from '@scalearn/evaluation';
import type { Html } from './html.ts';
import { page } from './page.ts';
import { facts } from './parts.ts';
import { table } from './table.ts';

/** A source in a ranking, with the evidence for it. What was not measured is null. */
export interface RankedSource {
  /** Where it is, as the user gave it. */
  readonly path: string;
  /** Whether it was trained on the target itself. */
  readonly isOwn: boolean;
  /** Similarity of the texts it was trained on to the target's, from 0 to 1; null if its texts are not known. */
  readonly similarity: number | null;
  /** LogME of the target's labels under it, per row; larger is better. */
  readonly logMe: number | null;
  /** Its mean coefficient in a short training on the best sources, by seed; null if it was not among them. */
  readonly coefficients: readonly number[] | null;
}

/** Validation scores of the short trainings, by seed. */
export interface RankingScores {
  /** ScaLearnUniform on the best sources. */
  readonly sources: readonly number[];
  /** The same on adapters of the same shape with random weights. */
  readonly random: readonly number[];
  /** The same on the best sources with their layers shuffled; null for adapters of one layer. */
  readonly shuffled: readonly number[] | null;
  /** A new adapter of the same shape, trained on the target alone. */
  readonly alone: readonly number[];
}

/** What beats the best control by how much. */
export interface RankingVerdict {
  /** The control with the best mean score. */
  readonly control: Exclude<keyof RankingScores, 'sources'>;
  /** Mean difference of the sources from it, over seeds. */
  readonly difference: number;
  /** 95 % interval of the difference. */
  readonly interval: readonly [low: number, high: number];
  /** Whether the interval is above 0. */
  readonly helps: boolean;
}

/** A finished training on all the sources, which says what the choice of the best ones costs. */
export interface FullRun {
  /** Folder of its model. */
  readonly path: string;
  /** Number of its sources. */
  readonly sources: number;
  /** Its score on the validation rows. */
  readonly score: number;
  /** The score minus the mean of the short trainings on the best sources; negative if these are better. */
  readonly regret: number;
}

/** Sources in the order in which they are expected to help, with controls. */
export interface Ranking {
  /** Id of the target. */
  readonly task: string;
  /** Identifies the target's rows. */
  readonly taskFingerprint: string;
  /** The encoder as the user gave it. */
  readonly encoder: string;
  /** Identifies the encoder's weights. */
  readonly encoderFingerprint: string;
  /** Metric of the scores. */
  readonly metric: string;
  /** The sources, the best first. */
  readonly sources: readonly RankedSource[];
  /** Scores on the validation rows. */
  readonly scores: RankingScores;
  /** Comparison with the controls. */
  readonly verdict: RankingVerdict;
  /** One sentence of advice. */
  readonly advice: string;
  /** The training on all the sources; absent if none is known. */
  readonly full?: FullRun;
  /** Number of training rows. */
  readonly rows: number;
  /** Number of validation rows. */
  readonly validationRows: number;
  /** Steps of each short training. */
  readonly steps: number;
  /** Seconds that the ranking took. */
  readonly seconds: number;
}

/** Names of the trainings in tables. */
export const rankingNames: Readonly<Record<keyof RankingScores, string>> = {
  sources: 'ScaLearnUniform on the best sources',
  random: 'on random adapters of the same shape',
  shuffled: 'on the sources with shuffled layers',
  alone: 'a new adapter on the target alone',
};

/** Formats the mean over seeds with half the width of its 95 % interval by Student's t: `0.813 ± 0.067`. */
export function seedMean(values: readonly number[]): string {
  const [low, high] = confidenceInterval(values) ?? [];
  const half = low === undefined || high === undefined ? '' : ` ± ${((high - low) / 2).toFixed(3)}`;
  return `${mean(values).toFixed(3)}${half}`;
}

/** Says in a sentence what the choice of sources costs. */
export function regretText({ path, sources, score, regret }: FullRun, metric: string): string {
  return `${path}, trained on ${sources} sources, has ${metric} ${score.toFixed(3)} on the validation rows: the regret of the short trainings is ${regret.toFixed(3)}.`;
}

export interface RankingPageOptions {
  /** The target as the user named it. */
  readonly shown: string;
  /** Text at the end of the page. */
  readonly footer: string;
}

/** Makes one HTML file about a ranking. */
export function rankingReport(ranking: Ranking, { shown, footer }: RankingPageOptions): string {
  const { advice, encoder, rows, validationRows, steps, seconds, metric, full } = ranking;
  return page({
    title: `Sources for ${shown}`,
    summary: full ? `${advice} ${regretText(full, metric)}` : advice,
    sections: [
      { heading: 'Ranking', content: sourceTable(ranking) },
      { heading: 'Controls', content: scoreTable(ranking) },
      {
        heading: 'What was done',
        content: facts({
          ...{ target: shown, encoder, metric },
          'training rows': rows.toLocaleString('en-US'),
          'validation rows': validationRows.toLocaleString('en-US'),
          'steps of each training': String(steps),
          seconds: seconds.toFixed(0),
          data: ranking.taskFingerprint,
        }),
      },
    ],
    footer,
  });
}

function sourceTable({ sources }: Ranking): Html {
  const number = (value: number | null): string => (value === null ? '' : value.toFixed(3));
  return table({
    label: 'Sources, the best first',
    note: 'Similarity compares the texts of the tasks in the frozen encoder. It is empty if the texts of a source are not known. LogME is the log of how probable the labels are in a linear model of the features under the source, per row. The coefficient is the mean of ω over layers and seeds in a short training of ScaLearnUniform on the sources that have one, with its 95 % interval over seeds.',
    columns: [
      { title: 'Source' },
      ...['Rank', 'Coefficient', 'LogME', 'Similarity'].map((title) => ({ title, numeric: true })),
    ],
    rows: sources.map(({ path, isOwn, coefficients, logMe, similarity }, i) => [
      ...[`${path}${isOwn ? ' (of the target)' : ''}`, i + 1],
      ...[coefficients ? seedMean(coefficients) : '', number(logMe), number(similarity)],
    ]),
  });
}

function scoreTable({ scores, verdict, metric }: Ranking): Html {
  const { difference, interval } = verdict;
  return table({
    label: 'Scores beside controls',
    note: `Validation scores, with the 95 % interval of the mean over seeds. The sources differ from the best control by ${difference.toFixed(3)}, 95 % interval ${interval[0].toFixed(3)} to ${interval[1].toFixed(3)}.`,
    columns: [{ title: 'Training' }, { title: metric, numeric: true }, { title: 'by seed', numeric: true }],
    rows: Object.entries(rankingNames).flatMap(([key, name]) => {
      const own = scores[key as keyof RankingScores];
      if (own === null) return [];
      return [[name, seedMean(own), own.map((score) => score.toFixed(3)).join(', ')]];
    }),
  });
}
