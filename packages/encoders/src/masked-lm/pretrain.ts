import type { HeldOutRecord } from './events.ts';
import type { PretrainOptions } from './options.ts';
import { settlePlan } from './plan.ts';
import { PretrainRun } from './run.ts';

/**
 * Pretrains an encoder by masked language modeling (Devlin et al. 2019), without next-sentence prediction as in Liu et
 * al. 2019. It uses AdamW with linear warm-up and decay. The same options and seed give the same bytes, even if a run
 * was killed and resumed.
 *
 * @returns the held-out loss and accuracy of every evaluation
 * @throws ArgumentError, InterruptedError, DivergedError, CheckpointError
 */
export async function pretrain(options: PretrainOptions): Promise<readonly HeldOutRecord[]> {
  using run = await PretrainRun.create(options, settlePlan(options));
  return await run.toEnd();
}
