import type { DoneEvent, OwnAdapterScore, SplitScore } from '../events/events.ts';
import { readRunFile } from './run-json.ts';
import type { RunFile } from './run-schema.ts';
import { testMetrics } from './scores.ts';

/** Returns the final event of a successful run. @param out its folder as the user named it */
export async function doneEvent(run: RunFile, out: string): Promise<DoneEvent> {
  const { task, method, seed, bestEpoch, steps, parameters, seconds, tokensPerSecond, tasks } = run;
  const ownAdapter = await ownAdapterScore(run);
  return {
    ...{ event: 'done', task, method, seed, ...testScore(run), ...worthOf(run) },
    ...(run.folds && { folds: run.folds }),
    ...(tasks
      ? { tasks: tasks.map((each) => ({ task: each.task, ...testScore(each), ...worthOf(each) })) }
      : {}),
    ...{ bestEpoch, steps, parameters, seconds, tokensPerSecond, device: run.device.kind, out },
    ...(ownAdapter && { ownAdapter }),
  };
}

const testScore = ({ results }: Pick<RunFile, 'results'>): Omit<SplitScore, 'rows'> => ({
  metrics: testMetrics(results),
  loss: results.test?.loss ?? null,
});

const worthOf = ({ assessment }: Pick<RunFile, 'assessment'>): Pick<DoneEvent, 'assessment'> =>
  assessment ? { assessment } : {};

/**
 * Returns the test score of the target's own adapter alone, which a stage-2 model is compared with.
 *
 * @returns undefined if no source was trained on the same task, rows and encoder, or if its score is not known
 */
async function ownAdapterScore(run: RunFile): Promise<OwnAdapterScore | undefined> {
  // A control has replaced the adapters.
  if (run.settings.sourceControl !== undefined) return undefined;
  for (const { name, path } of run.sources) {
    // The score is optional: a model is complete even if its sources have moved.
    const own = await readRunFile(path).catch(() => undefined);
    const isSame =
      own?.task === run.task &&
      own.encoder.fingerprint === run.encoder.fingerprint &&
      own.data.fingerprint === run.data.fingerprint &&
      own.results.test?.rows === run.results.test?.rows;
    const others = run.sources.filter((source) => source.path !== path).map((source) => source.name);
    if (isSame) return { ...testScore(own), others, source: name };
  }
  return undefined;
}
