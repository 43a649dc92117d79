import type { Ranking } from '@scalearn/report';
import * as v from 'valibot';
import { FolderError } from '../errors.ts';
import { readOwnJson } from '../folders/own-json.ts';
import { number, numberOrNull, oneOf, text, whole } from '../schemas.ts';

/** Version of the format of stored rankings. */
const formatVersion = 1;

const object = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.looseObject(entries, 'an object');
const numbers = v.array(number, 'a list of numbers');
const truth = v.boolean('true or false');

const schema: v.GenericSchema<unknown, Ranking & { readonly formatVersion: number }> = object({
  ...{ formatVersion: number, task: text, taskFingerprint: text, encoder: text, encoderFingerprint: text },
  metric: text,
  sources: v.pipe(
    v.array(
      object({
        ...{ path: text, isOwn: truth, similarity: numberOrNull, logMe: numberOrNull },
        coefficients: v.nullable(numbers),
      }),
      'a list of sources',
    ),
    v.nonEmpty('a list that is not empty'),
  ),
  scores: object({ sources: numbers, random: numbers, shuffled: v.nullable(numbers), alone: numbers }),
  verdict: object({
    control: oneOf(['random', 'shuffled', 'alone']),
    ...{ difference: number, interval: v.tuple([number, number], 'a list of two numbers'), helps: truth },
  }),
  full: v.exactOptional(object({ path: text, sources: whole(1), score: number, regret: number })),
  ...{ advice: text, rows: whole(1), validationRows: whole(1), steps: whole(1), seconds: number },
});

/** Returns a ranking as the text of a JSON file, for {@link readRanking}. */
export function encodeRanking(ranking: Ranking): string {
  return `${JSON.stringify({ formatVersion, ...ranking }, null, 2)}\n`;
}

/** Reads a stored ranking. @throws FolderError if there is none, or if the file is damaged */
export async function readRanking(path: string): Promise<Ranking> {
  const advice = 'write it again with scalearn rank --out';
  const found = await readOwnJson<Ranking>(path, schema, formatVersion, advice);
  if (found) return found;
  throw new FolderError(`there is no ranking ${path}; ${advice}`);
}
