import type { Encoder } from '@scalearn/core';
import type { Task } from '@scalearn/datasets';
import { mean } from '@scalearn/evaluation';
import type { FullRun, Ranking } from '@scalearn/report';
import { FolderError } from '../errors.ts';
import { openStoredModel } from '../runs/stored-model.ts';

/**
 * Reads what a finished training on all the sources scores on the validation rows.
 *
 * @param path folder of the trained model, with its `run.json`
 * @throws FolderError if the model was trained on other rows, on another encoder, or without sources
 */
export async function readFullRun(
  path: string,
  { encoder, task }: { readonly encoder: Encoder; readonly task: Task },
): Promise<Omit<FullRun, 'regret'>> {
  const { run } = await openStoredModel(path);
  const refused = (why: string): FolderError =>
    new FolderError(`${path} is no full training for this ranking: ${why}`);
  if (!run) throw refused('it has no run.json, which scalearn train writes');
  if (run.sources.length === 0) throw refused('it was trained without sources');
  if (run.encoder.fingerprint !== encoder.fingerprint)
    throw refused(`it was trained on another encoder, ${run.encoder.name}`);
  const { fingerprint, rows } = run.data;
  // The fingerprint is of the whole files, whatever is used of them.
  const isSame =
    fingerprint === task.fingerprint &&
    rows.train === task.train.length &&
    rows.validation === task.validation.length;
  if (!isSame)
    throw refused('it was trained on other rows; rank with the task, data and limits of its training');
  const best = run.history.find(({ epoch }) => epoch === run.bestEpoch);
  const score = best?.validationMetrics[task.primaryMetric];
  if (typeof score !== 'number') throw refused(`it has no ${task.primaryMetric} on validation rows`);
  return { path, sources: run.sources.length, score };
}

/** Adds to a ranking a training on all the sources, and the regret of the short trainings on the best of them. */
export function withFullRun(ranking: Ranking, full: Omit<FullRun, 'regret'>): Ranking {
  return { ...ranking, full: { ...full, regret: full.score - mean(ranking.scores.sources) } };
}
