import { stat } from 'node:fs/promises';
import { UsageError } from '../errors.ts';
import { type RunFile, runFileName } from '../folders/run-json.ts';
import { localEncoder } from './encoder-name.ts';

/**
 * The encoder of a model: the one that is given, else that of its `run.json`, where it lay or where it came from.
 *
 * @throws UsageError where neither says, FolderError where there is no such folder
 */
export async function encoderOf(
  model: string,
  given: string | undefined,
  run: Pick<RunFile, 'encoder'> | undefined,
): Promise<string> {
  const name = given ?? (run && (await storedEncoder(run)));
  if (name === undefined) throw new UsageError(`${model} has no ${runFileName}, so --encoder must be given`);
  await localEncoder(name);
  return name;
}

async function storedEncoder({ encoder: { path, source } }: Pick<RunFile, 'encoder'>): Promise<string> {
  const isThere = path !== null && (await stat(path).catch(() => undefined)) !== undefined;
  return isThere ? path : source;
}
