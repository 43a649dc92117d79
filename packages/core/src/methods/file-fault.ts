import { ArgumentError } from '../errors.ts';
import { ModelFileError } from '../files/errors.ts';

/** Makes something from what a file says; options that it would not take from a caller are the file's fault. */
export function fileFault<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (cause instanceof ArgumentError) throw new ModelFileError(`${where}: ${cause.message}`, { cause });
    throw cause;
  }
}
