import { readFile } from 'node:fs/promises';
import { isObject, shown } from '@scalearn/core/files';
import { checkBySchema, pathText } from '@scalearn/report';
import type { GenericSchema } from 'valibot';
import { asFolderError, FolderError, systemCode } from '../errors.ts';

/**
 * Reads a JSON file of this package and checks it by its schema.
 *
 * @param advice what to do about a damaged file
 * @returns undefined if there is no such file
 * @throws FolderError that names the file and the field, if it is damaged or of another version
 */
export async function readOwnJson<T>(
  path: string,
  schema: GenericSchema<unknown, T & { readonly formatVersion: number }>,
  formatVersion: number,
  advice: string,
): Promise<T | undefined> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new FolderError(`${path} is not JSON; the file is damaged: ${advice}`, { cause: error });
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw asFolderError(error, `${path} could not be read`);
  }
  if (!isObject(value)) throw new FolderError(`${path} is not a JSON object; the file is damaged: ${advice}`);
  if (value.formatVersion !== formatVersion)
    throw new FolderError(
      `${path} is of format ${shown(value.formatVersion)}; this version of scalearn reads ${formatVersion}`,
    );
  return checkBySchema(schema, value, ({ path: field, what, found }) => {
    const fault = found === undefined ? 'is missing' : `must be ${what}, and it is ${shown(found)}`;
    return new FolderError(`${path}: ${pathText(field) || 'it'} ${fault}; ${advice}`);
  });
}
