import { type OptionDefinition, sourceControls } from '@scalearn/core/methods';
import { checkBySchema } from '@scalearn/report';
import * as v from 'valibot';
import type { MethodRegistry } from '../methods/registry.ts';
import { fileSchema } from '../options/option-values.ts';
import { optionsIn, type TrainOption } from '../options/train-table.ts';
import { anyOf, faultText, fields, list, oneOf, recordOf, text, whole } from '../schemas.ts';
import type {
  Options,
  OptionValue,
  TaskExceptions,
  Vary,
  Written,
  WrittenEntry,
  WrittenSources,
} from './experiment.ts';
import type { YamlFile } from './yaml-file.ts';

type Schema<T> = v.GenericSchema<unknown, T>;

/** Options of `train` that a run can set, by their names in the library. */
export const trainNames: readonly string[] = optionsIn('experiment').map(([name]) => name);

export const methodOptions = ({ all }: MethodRegistry): readonly string[] => [
  ...new Set(all.flatMap(({ options }) => Object.keys(options))),
];

const described = <T>(schema: Schema<T>, description: string): Schema<T> =>
  v.pipe(schema, v.description(description));

const optional = <T>(schema: Schema<T>, description?: string) =>
  v.exactOptional(description === undefined ? schema : described(schema, description));

const distinct = <T>(values: Schema<T[]>): Schema<T[]> =>
  v.pipe(
    values,
    v.check((given) => new Set(given).size === given.length, 'a list in which nothing is twice'),
  );
const texts = distinct(list(text));
const seed = whole(0);
const seeds = distinct(list(seed));

/** The accepted values of each option of `train` and of methods, by its name. */
interface OptionPlace {
  readonly name: string;
  readonly value: Schema<OptionValue>;
  /** Whether the option can have a value for each source. */
  readonly isOfSources: boolean;
  readonly description: string;
}

function optionPlaces(methods: MethodRegistry): OptionPlace[] {
  const known = new Map<string, (TrainOption | OptionDefinition)[]>();
  const all = [...optionsIn('experiment'), ...methods.all.flatMap(({ options }) => Object.entries(options))];
  for (const [name, option] of all) known.set(name, [...(known.get(name) ?? []), option]);
  return [...known].map(([name, options]) => ({
    name,
    value: fileSchema(options),
    isOfSources: options.some(({ type }) => type === 'numbers'),
    description: [...new Set(options.map(({ meaning }) => meaning))].join('; '),
  }));
}

function optionsSchema(places: readonly OptionPlace[]): Schema<Options> {
  return described(
    anyOf(new Map(places.map(({ name, value, description }) => [name, described(value, description)]))),
    'Options of scalearn train, and of the method, in camel case.',
  );
}

function varySchema(places: readonly OptionPlace[]): Schema<Vary> {
  const grid = described(
    fields({ grid: list(v.pipe(v.number('a number'), v.finite('a number'))) }),
    'One number of the grid for each source: every combination of them.',
  );
  const several = ({ value, isOfSources }: OptionPlace): Schema<Vary[string]> =>
    isOfSources ? v.union([list(value), grid], 'a list, or an object with grid') : list(value);
  return described(
    anyOf(new Map(places.map((place) => [place.name, several(place)]))),
    'Options with several values each: every combination is run.',
  );
}

const sourcesSchema: Schema<string | WrittenSources> = described(
  v.union(
    [
      text,
      fields({
        from: described(text, 'The entry whose models are the sources.'),
        tasks: optional(texts, 'Their tasks; by default those of the experiment.'),
        seed: optional(
          v.union(
            [seed, v.literal('same'), recordOf(seed)],
            "a whole number of at least 0, 'same', or the seed of each task",
          ),
          "Their seed, 'same' for that of the run, or the seed of each task: { glue/rte: 1 }. 0 by default, and for tasks that are not named.",
        ),
        own: optional(
          v.union([text, v.literal(false)], "an entry, 'only' or false"),
          "The entry of the target's own adapter, which is then a source whether or not its task is listed; 'only' for no other source than it, false to leave it out.",
        ),
        kind: optional(
          oneOf(['trained', ...sourceControls]),
          'What the trained adapters are replaced by, to compare with: random ones of the same shape, or themselves with their layers shuffled.',
        ),
      }),
    ],
    'the name of an entry, or an object with from',
  ),
  'The entry whose trained adapters are transferred, or more about them.',
);

/** Returns the schema of an experiment file for the known methods and options. */
export function experimentSchema(methods: MethodRegistry): Schema<Written> {
  const places = optionPlaces(methods);
  const options = optionsSchema(places);
  const perTask: Schema<Readonly<Record<string, TaskExceptions>>> = described(
    recordOf(fields({ seeds: optional(seeds), options: optional(options) })),
    'What is otherwise with some tasks.',
  );
  const ids = oneOf(methods.all.map(({ id }) => id));
  const entry: Schema<WrittenEntry | null> = v.nullable(
    fields({
      method: optional(ids, "A method's id; by default the entry's name."),
      label: optional(text, 'Its name in reports.'),
      tasks: optional(texts, 'Its targets; a joint method learns them at once.'),
      seeds: optional(seeds),
      sources: optional(sourcesSchema),
      options: optional(options),
      vary: optional(varySchema(places)),
      perTask: optional(perTask),
      report: optional(v.boolean('true or false'), 'false for what only serves others as a source.'),
    }),
  );
  return described(
    fields({
      title: optional(text, 'Of reports.'),
      encoders: described(
        texts,
        "Hub names, folders, or 'mini' for the small encoder that comes with the command.",
      ),
      data: optional(
        v.union([text, notEmpty(recordOf(text))], 'a text, or an object of texts'),
        'Folder of the data, or one for each benchmark; relative to the file.',
      ),
      tasks: described(texts, 'Targets, and sources if an entry names no others.'),
      seeds: optional(seeds, 'By default [0].'),
      options: optional(options),
      perTask: optional(perTask),
      methods: notEmpty(recordOf(entry)),
      compare: optional(texts, 'Entries that reports compare every other one with, such as controls.'),
      fast: optional(
        fields({
          tasks: optional(texts),
          seeds: optional(seeds),
          methods: optional(texts, 'Names of the entries that are run.'),
          options: optional(options),
          perTask: optional(perTask),
        }),
        'What is otherwise with --fast: less of everything.',
      ),
    }),
    'What scalearn run trains: encoders x tasks x methods x seeds x options.',
  );
}

function notEmpty<T>(record: Schema<Record<string, T>>): Schema<Record<string, T>> {
  return v.pipe(record, v.minEntries(1, 'an object that is not empty'));
}

/**
 * Checks a file by the schema and returns its experiment.
 * @throws UsageError with line and column if the schema does not allow it
 */
export function readWritten(file: YamlFile, methods: MethodRegistry): Written {
  return checkBySchema(experimentSchema(methods), file.value, (fault) => {
    const { path, field } = fault;
    const place = (field === undefined ? path : path.slice(0, -1)).join('.') || 'the experiment';
    return file.error(`${place} ${faultText(fault)}`, path, field === 'unknown' ? 'key' : 'value');
  });
}
