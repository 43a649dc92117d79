import { mean, welchTTest } from '@scalearn/evaluation';
import type { RankingScores, RankingVerdict } from '@scalearn/report';

/** Compares the scores of sources with those of the best control. Two trainings with one seed have nothing else in common. */
export function verdictOf(scores: RankingScores): RankingVerdict {
  const controls = (['random', 'shuffled', 'alone'] as const).flatMap((control) => {
    const own = scores[control];
    return own === null ? [] : [{ control, own }];
  });
  const best = controls.reduce((a, b) => (mean(b.own) > mean(a.own) ? b : a));
  const { meanDifference: difference, interval } = welchTTest(scores.sources, best.own);
  return { control: best.control, difference, interval, helps: interval[0] > 0 };
}

const named: Readonly<Record<RankingVerdict['control'], string>> = {
  random: 'one with random adapters of the same shape',
  shuffled: 'one with their layers shuffled',
  alone: 'a new adapter trained on the target alone',
};

/** Returns one sentence of advice. */
export function adviceOf(
  { control, difference, interval, helps }: RankingVerdict,
  scores: RankingScores,
  metric: string,
): string {
  const shown = (value: number): string => value.toFixed(3);
  const range = `95 % interval ${shown(interval[0])} to ${shown(interval[1])}`;
  const compared = `${metric} ${shown(mean(scores.sources))} on the validation rows, and ${named[control]} has ${shown(mean(scores[control] ?? []))} (difference ${shown(difference)}, ${range})`;
  if (helps) return `The sources help: with the best of them a short training has ${compared}.`;
  const instead =
    control === 'alone'
      ? 'train on the target alone, or look for sources of a similar task'
      : 'what they gain is not transfer, so look for sources of a similar task';
  return `No source is shown to help: with the best of them a short training has ${compared}; ${instead}.`;
}
