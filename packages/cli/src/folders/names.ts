import { randomUUID } from 'node:crypto';

/** Its presence in a run's folder says that the run is not finished. */
export const checkpointName = 'checkpoint.safetensors';

/** A folder within another: new content that is whole, and only has to be put in its place. */
export const commitName = '.scalearn-commit';

/** The lock of a folder whose parent cannot be written; of others it lies beside the folder. */
export const innerLockName = '.scalearn.lock';

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const temporary = new RegExp(`^\\.scalearn-${uuid}\\.tmp$`);
const lock = new RegExp(`^\\..+\\.lock(?:\\.takeover|\\.${uuid})?$`);

/** A name for what is not whole yet, which nothing else has. A process that is killed leaves it behind. */
export function temporaryName(): string {
  return `.scalearn-${randomUUID()}.tmp`;
}

/** Whether {@link temporaryName} gave the name, or an earlier version, which had one for checkpoints. */
export function isTemporary(name: string): boolean {
  return temporary.test(name) || name === `${checkpointName}.tmp`;
}

/** Whether a name is one of ours that is no content: a folder that holds nothing else is empty. */
export function isLeftover(name: string): boolean {
  return isTemporary(name) || lock.test(name);
}
