import type { ResultStore } from '@scalearn/cluster';
import type { StepEvent } from '@scalearn/experiments';

/**
 * Returns the last step that the log of an attempt holds, which is some seconds old.
 *
 * @param attempt its name
 * @returns undefined before the first step
 */
export async function lastStep(
  { attempts }: ResultStore,
  key: string,
  attempt: string,
): Promise<StepEvent | undefined> {
  const log = await attempts.getLog(key, attempt);
  const line = log?.split('\n').findLast((each) => /^\{"event":"step".*\}$/.test(each));
  return line === undefined ? undefined : (JSON.parse(line) as StepEvent);
}
