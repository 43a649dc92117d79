import { mean } from '@scalearn/evaluation';
import { type Ranking, type RankingScores, rankingNames } from '@scalearn/report';
import { table } from './format.ts';
import { oneLine } from './terminal.ts';

/** Formats a ranking: the sources, the controls, and the advice. */
export function rankingText(
  { sources, scores, metric, advice, steps, seconds }: Ranking,
  { shown, out }: { readonly shown: string; readonly out: string | undefined },
): string {
  const number = (value: number | null): string => (value === null ? '-' : value.toFixed(3));
  const rows = sources.map(({ path, isOwn, coefficients, logMe, similarity }, i) => [
    ...[String(i + 1), `${path}${isOwn ? ' (of the target)' : ''}`],
    ...[number(coefficients && mean(coefficients)), number(logMe), number(similarity)],
  ]);
  const trained = Object.entries(rankingNames).flatMap(([key, name]) => {
    const own = scores[key as keyof RankingScores];
    return own === null ? [] : [[name, number(mean(own)), own.map(number).join(' ')]];
  });
  const lines = [
    `${sources.length} sources for ${shown}, ${steps} steps of each training, ${seconds.toFixed(0)} seconds`,
    '',
    table([['', 'source', 'coefficient', 'LogME', 'similarity'], ...rows], [1]),
    table([['training', metric, 'by seed'], ...trained], [0]),
    oneLine(advice),
    ...(out === undefined ? [] : [oneLine(`saved in ${out}`)]),
  ];
  return `${lines.join('\n')}\n`;
}
