import { readSourceFolder } from '@scalearn/core';
import { describeAdapter } from '@scalearn/core/methods';
import { type EncoderFamily, fingerprintEncoder } from '@scalearn/encoders';
import { UsageError } from '../errors.ts';
import { realPath } from '../folders/paths.ts';
import { encoderSource } from '../mini-assets.ts';
import type { RunFile } from '../runs/run-schema.ts';
import type { TrainSettings } from '../runs/settings-schema.ts';
import { openModelFolder } from '../runs/stored-model.ts';
import type { FoundTask } from '../tasks/find-task.ts';
import { loadData } from '../tasks/load-data.ts';

/** What the current command asks for. */
interface Asked {
  readonly asked: TrainSettings;
  readonly families: readonly EncoderFamily[];
  readonly signal: AbortSignal;
}

/**
 * Checks that a finished run was trained from what is asked for now, even if it has moved.
 *
 * @param found the tasks that are asked for
 * @param where the run lies, for messages
 * @throws UsageError that names every option whose value differs
 */
export async function checkSamePlaces(
  run: RunFile,
  { asked, families, signal }: Asked,
  found: readonly FoundTask[],
  where: string,
): Promise<void> {
  const { settings } = run;
  const different: string[] = [];
  const differs = (option: string, before: unknown, now: unknown): void => {
    different.push(`${option} was ${JSON.stringify(before)}, is ${JSON.stringify(now)}`);
  };
  if (!(await isSame(settings.encoder, asked.encoder)) && !(await isSameEncoder(run, asked, families)))
    differs('encoder', settings.encoder, asked.encoder);
  const [before, now] = [dataOf(settings), dataOf(asked)];
  for (const [i, task] of found.entries())
    if (!(await isSame(before[i], now[i])) && !(await isSameData(run, i, task, { asked, signal })))
      differs('data', before[i], now[i]);
  if (!(await isSameSources(run, asked))) differs('sources', settings.sources, asked.sources);
  if (different.length > 0)
    throw new UsageError(
      `${where} holds a finished run that was trained from something else (${different.join('; ')}); choose another --out, or replace it with --overwrite`,
    );
}

const dataOf = ({ tasks, data }: TrainSettings): readonly (string | null)[] =>
  tasks?.map((task) => task.data) ?? [data];

async function isSame(before: string | null | undefined, now: string | null | undefined): Promise<boolean> {
  if (before === now) return true;
  if (typeof before !== 'string' || typeof now !== 'string') return false;
  return (await realPath(before)) === (await realPath(now));
}

async function isSameEncoder(
  { encoder }: RunFile,
  { encoder: name, layers }: TrainSettings,
  families: readonly EncoderFamily[],
): Promise<boolean> {
  const options = { families, ...(layers === null ? {} : { layers }) };
  return (await fingerprintEncoder(encoderSource(name), options)).fingerprint === encoder.fingerprint;
}

async function isSameData(
  run: RunFile,
  i: number,
  task: FoundTask,
  { asked, signal }: Pick<Asked, 'asked' | 'signal'>,
): Promise<boolean> {
  const stored = run.tasks?.[i]?.data ?? run.data;
  const maxLength = asked.tasks?.[i]?.maxLength ?? asked.maxLength;
  const { fingerprint } = await loadData(task, { ...asked, maxLength }, { signal });
  return fingerprint === stored.fingerprint;
}

async function isSameSources({ settings, sources }: RunFile, asked: TrainSettings): Promise<boolean> {
  if (settings.sources.length !== asked.sources.length) return false;
  for (const [i, path] of asked.sources.entries()) {
    const before = settings.sources[i] as string;
    if (await isSame(before, path)) continue;
    const stored = sources.find((source) => source.path === before)?.fingerprint;
    const known = stored ?? (await fingerprintOf(before).catch(() => undefined));
    if (known === undefined || known !== (await fingerprintOf(path))) return false;
  }
  return true;
}

const fingerprintOf = async (path: string): Promise<string> =>
  describeAdapter(await readSourceFolder(await openModelFolder(path)));
