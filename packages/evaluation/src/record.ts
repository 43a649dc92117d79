import { ShapeError } from './errors.ts';
import { mean, type Numbers } from './lists.ts';
import { answerExactMatch, answerF1 } from './record-text.ts';

/** The answer that a row proposes for its group, and the right ones. */
export interface Candidate {
  /** The answer that the row proposes. */
  readonly text: string;
  /** The right answers. */
  readonly answers: readonly string[];
}

/** A row that is one of several candidates for an answer. */
export interface CandidateRow {
  /** Rows of the same group answer the same question. They need not be adjacent. */
  readonly group: number | string;
  /** The answer that the row proposes, and the right ones. */
  readonly candidate: Candidate;
}

/** Scores of ReCoRD, whose rows are candidates for the answer to a query. Scores are means over the queries. */
export interface RecordScores {
  /** F1 of the words of the chosen candidate and the most similar right answer. Published tables show this number. */
  readonly f1: number;
  /** Fraction of queries whose chosen candidate is a right answer, ignoring case, punctuation and articles. */
  readonly exactMatch: number;
  /** The chosen candidate of each group. */
  readonly chosen: ReadonlyMap<number | string, string>;
}

/**
 * Chooses the candidate with the highest score in every group. Of equal ones it is the last one by code points.
 *
 * @param scores scores of the rows, such as the logits of the class "right"
 * @throws ShapeError unless there is a row for each score, and at least one
 */
export function recordScores(scores: Numbers, rows: readonly CandidateRow[]): RecordScores {
  if (scores.length !== rows.length || rows.length === 0)
    throw new ShapeError(
      `There are ${scores.length} scores for ${rows.length} candidates; give one for each, and at least one.`,
    );
  const best = new Map<number | string, { readonly score: number; readonly candidate: Candidate }>();
  for (const [row, { group, candidate }] of rows.entries()) {
    const score = scores[row]!;
    const before = best.get(group);
    const isBetter =
      before === undefined ||
      score > before.score ||
      (score === before.score && sortsAfter(candidate.text, before.candidate.text));
    if (isBetter) best.set(group, { score, candidate });
  }
  const chosen = [...best.values()].map(({ candidate }) => candidate);
  const average = (compare: (prediction: string, truth: string) => number): number =>
    mean(chosen.map(({ text, answers }) => Math.max(...answers.map((answer) => compare(text, answer)))));
  return {
    f1: average(answerF1),
    exactMatch: average(answerExactMatch),
    chosen: new Map(Array.from(best, ([group, { candidate }]) => [group, candidate.text])),
  };
}

/** Compares by code points, not by UTF-16 units as `>` does. */
function sortsAfter(text: string, other: string): boolean {
  const [a, b] = [Array.from(text), Array.from(other)];
  const at = a.findIndex((character, i) => character !== b[i]);
  if (at < 0) return false;
  return b[at] === undefined || a[at]!.codePointAt(0)! > b[at].codePointAt(0)!;
}
