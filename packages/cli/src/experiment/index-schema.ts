import { join } from 'node:path';
import * as v from 'valibot';
import { readOwnJson } from '../folders/own-json.ts';
import { type IndexedRun, type IndexFile, indexFileName } from './index-file.ts';

// Every message says what the value must be, in words that follow "must be".

const text = v.string('a text');
const someTexts = v.array(text, 'a list of texts');
const axis = v.union(
  [v.string(), v.pipe(v.number(), v.finite()), v.array(v.pipe(v.number(), v.finite()))],
  'a text, a number or a list of numbers',
);

const indexedRun: v.GenericSchema<unknown, IndexedRun> = v.looseObject(
  {
    ...{ id: text, folder: text, entry: text, label: text, encoder: text, task: text },
    tasks: v.exactOptional(someTexts),
    method: text,
    seed: v.pipe(v.number('a whole number'), v.safeInteger('a whole number')),
    axes: v.record(v.string(), axis, 'an object'),
    sources: someTexts,
    purpose: v.picklist(['report', 'source'], '"report" or "source"'),
    state: v.picklist(['done', 'failed', 'missing'], '"done", "failed" or "missing"'),
    error: v.exactOptional(text),
  },
  'an object',
);

const indexSchema: v.GenericSchema<unknown, IndexFile> = v.looseObject(
  {
    formatVersion: v.literal(1, '1'),
    ...{ version: text, name: text, title: text },
    runs: v.array(indexedRun, 'a list'),
  },
  'an object',
);

/**
 * Reads an experiment's `experiment.json`.
 * @returns undefined if there is none
 * @throws FolderError if the file is damaged or of another version
 */
export function readIndexFile(folder: string): Promise<IndexFile | undefined> {
  const path = join(folder, indexFileName);
  return readOwnJson(path, indexSchema, 1, 'run the experiment again to write it anew');
}
