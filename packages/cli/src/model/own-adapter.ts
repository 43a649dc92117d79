import { readRunFile } from '../folders/run-json.ts';
import type { RunFile } from '../folders/run-schema.ts';
import type { OwnAdapterScore } from '../output/events.ts';
import { testMetrics } from './scores.ts';

/**
 * Returns the test score of the target's own adapter alone, which a stage-2 model is compared with.
 *
 * @returns undefined if no source was trained on the same task, rows and encoder, or if its score is not known
 */
export async function ownAdapterScore(run: RunFile): Promise<OwnAdapterScore | undefined> {
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
    if (isSame)
      return {
        metrics: testMetrics(own.results),
        loss: own.results.test?.loss ?? null,
        others: run.sources.filter((source) => source.path !== path).map((source) => source.name),
        source: name,
      };
  }
  return undefined;
}
