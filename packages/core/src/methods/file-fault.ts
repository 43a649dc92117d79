import { ArgumentError } from '../errors.ts';
import { ModelFileError } from '../files/errors.ts';

/** Makes an object from the settings of a file. An ArgumentError about them becomes an error about the file. */
export function fileFault<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (cause instanceof ArgumentError) throw new ModelFileError(`${where}: ${cause.message}`, { cause });
    throw cause;
  }
}
