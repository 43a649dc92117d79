import { ArgumentError, ScalearnError } from '@scalearn/core';
import { InvalidOptionError, UnknownTaskError } from '@scalearn/datasets';

/** Options, a configuration or an experiment file are not valid. The command ends with exit code 2. */
export class UsageError extends ScalearnError {
  override name = 'UsageError';
}

/** A folder or file cannot be read or written, or is in use. The command ends with exit code 1. */
export class FolderError extends ScalearnError {
  override name = 'FolderError';
}

/** Another process uses the folder. */
export class InUseError extends FolderError {
  override name = 'InUseError';
}

/** The user or the system asked to stop. The command ends with exit code 130. */
export class StoppedError extends ScalearnError {
  override name = 'StoppedError';
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'there is no space left on the disk; free some',
  EDQUOT: 'the disk quota is used up; free some space',
  EACCES: 'permission is denied; choose another folder or change its permissions',
  EPERM: 'permission is denied; choose another folder or change its permissions',
  EROFS: 'the disk is read-only; choose another folder',
  ENOTDIR: 'a part of the path is a file; choose another folder',
  EISDIR: 'it is a folder; a file was expected',
  ENOENT: 'there is no such file or folder; check the path',
  ENAMETOOLONG: 'the name is too long; choose a shorter one',
  EIO: 'the disk reports an error; check it',
  EMFILE: 'too many files are open; close some programs',
  EBUSY: 'it is in use by another program, or a disk is mounted there; choose another folder',
  EXDEV: 'it would have to move from one disk to another; choose another folder',
  ENOTSUP: 'the disk cannot do that; choose another folder',
  ENOTEMPTY: 'other files are in its place; choose another folder',
  EEXIST: 'a file is in its place; choose another folder',
  ELOOP: 'its links lead in a ring; choose another folder',
  ESTALE: 'the network disk has gone away; try again',
  EPIPE: 'its reader has gone',
  ERR_INVALID_ARG_VALUE: 'its name contains a null character; correct the path',
};

/** Returns the code of a failed system call, such as `ENOSPC`. */
export function systemCode(error: unknown): string | undefined {
  const { code, syscall, message } = (error ?? {}) as Readonly<Record<string, unknown>>;
  // Other functions have this code too.
  if (code === 'ERR_INVALID_ARG_VALUE' && !String(message).includes('null bytes')) return undefined;
  return typeof code === 'string' && (syscall !== undefined || Object.hasOwn(reasons, code))
    ? code
    : undefined;
}

/** Describes a failed system call in a sentence; returns other errors unchanged. */
export function asFolderError(error: unknown, what: string): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  const reason = reasons[code] ?? (error as Error).message;
  return new FolderError(`${what}: ${reason}`, { cause: error });
}

/** Returns whether the error says that a value was refused. If the value came from the user, this is wrong usage. */
export function isRefusedValue(error: unknown): boolean {
  return (
    error instanceof ArgumentError || error instanceof UnknownTaskError || error instanceof InvalidOptionError
  );
}

/** Runs work on values from a file. A refused value is then reported as a fault of the file, not as wrong usage. */
export async function fromFile<T>(where: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isRefusedValue(error)
      ? new FolderError(`${where}: ${(error as Error).message}`, { cause: error })
      : error;
  }
}
