import { randomUUID } from 'node:crypto';

/** File that says how a model was made. A folder with it is a finished run. */
export const runFileName = 'run.json';

/** File that marks a run's folder as unfinished. */
export const checkpointName = 'checkpoint.safetensors';

/** Subfolder with new content that is complete and only has to be moved to its place. */
export const commitName = '.scalearn-commit';

/** Lock file inside a folder whose parent cannot be written. Other folders have their lock file beside them. */
export const innerLockName = '.scalearn.lock';

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const temporary = new RegExp(`^\\.scalearn-${uuid}\\.tmp$`);
const lock = new RegExp(`^\\..+\\.lock(?:\\.takeover|\\.${uuid})?$`);

/** Returns a unique name for a file or folder that is not complete yet. A killed process leaves it behind. */
export function temporaryName(): string {
  return `.scalearn-${randomUUID()}.tmp`;
}

/**
 * Returns whether the name is from {@link temporaryName}, or from an earlier version, which had another name for
 * checkpoints.
 */
export function isTemporary(name: string): boolean {
  return temporary.test(name) || name === `${checkpointName}.tmp`;
}

/** Returns whether the name belongs to a lock or a temporary file. A folder with nothing else counts as empty. */
export function isLeftover(name: string): boolean {
  return isTemporary(name) || lock.test(name);
}
