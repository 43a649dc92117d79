import { UsageError } from '@scalearn/experiments';
import { findTask, readRanking } from '@scalearn/experiments/runs';
import type { Ranking } from '@scalearn/report';
import { withReporter } from '../output/reporter.ts';
import type { GivenArguments } from '../resume/stored-arguments.ts';
import type { CommandContext } from './context.ts';
import { rankPlaces } from './rank.ts';

/** The word in place of sources that takes the best of a ranking. */
const auto = 'auto';
const usualTop = 8;

/**
 * Replaces `--sources auto` with the best sources of the ranking in a file, and `--sources auto PLACE...` with the best of
 * the adapters in these places, which are ranked first.
 *
 * @throws UsageError for a ranking of another task, or options that belong to a ranking without one
 */
export async function withRankedSources(
  given: GivenArguments,
  context: CommandContext,
): Promise<GivenArguments> {
  const { ranking: file, top, ...others } = given;
  const [word, ...places] = given.sources ?? [];
  if (word !== auto) {
    if (file === undefined && top === undefined) return given;
    throw new UsageError(
      '--ranking and --top are for --sources auto; leave them out, or give --sources auto',
    );
  }
  const ranking = await rankingOf(given, places, context);
  const { task, encoder } = given;
  if (task !== undefined) {
    const { info } = await findTask({ ...given, task });
    if (info.id !== ranking.task)
      throw new UsageError(
        `the ranking is for ${ranking.task}, not for ${info.id}; rank sources for this task`,
      );
  }
  const chosen = ranking.sources.slice(0, top ?? usualTop).map(({ path }) => path);
  const { json = false, quiet = false } = given;
  await withReporter(context.terminal, { json, quiet }, async (reporter) => {
    reporter.note(`sources: ${chosen.join(', ')}`);
    if (!ranking.verdict.helps) reporter.warn(ranking.advice);
  });
  return { ...others, encoder: encoder ?? ranking.encoder, sources: chosen };
}

async function rankingOf(
  given: GivenArguments,
  places: readonly string[],
  context: CommandContext,
): Promise<Ranking> {
  const { ranking: file, task, encoder, json = false, quiet = false } = given;
  if (file !== undefined && places.length > 0)
    throw new UsageError('--sources auto takes a ranking (--ranking) or places to rank, not both');
  if (file !== undefined) return await readRanking(file);
  if (places.length === 0)
    throw new UsageError(
      '--sources auto needs a ranking: give --ranking FILE, which scalearn rank --out FILE.json writes, or places to rank after auto',
    );
  if (task === undefined || encoder === undefined)
    throw new UsageError('ranking sources needs --task and --encoder');
  const { ranking } = await withReporter(context.terminal, { json, quiet }, (reporter) =>
    rankPlaces({ ...given, task, encoder, sources: places, top: given.top ?? usualTop }, reporter, context),
  );
  return ranking;
}
