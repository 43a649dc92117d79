import { isShallowJson } from '@scalearn/report';
import * as v from 'valibot';
import { valueSchema } from '../options/option-values.ts';
import { type OwnSettings, problems, type Reading, readingNames } from '../options/own-data.ts';
import {
  type NamesWith,
  optionNamed,
  type TrainOption,
  type TrainValue,
  trainOptions,
} from '../options/train-table.ts';
import { maybeMissing, maybeNull, someTexts, text, textOrNull, whole } from '../schemas.ts';

/** Options of a run for one of its tasks. */
export interface TaskSettings {
  readonly task: string;
  /** Null for a task that generates its rows. */
  readonly data: string | null;
  /** How the user's own files are read. */
  readonly own?: OwnSettings;
  readonly maxLength: number;
}

/** Options of a run that are stored unchanged, grouped by how they are stored. */
export type StoredOptions = {
  readonly [Name in NamesWith<{ readonly stored: 'always' }>]: TrainValue<Name>;
} & {
  readonly [Name in NamesWith<{ readonly stored: 'null' }>]: TrainValue<Name> | null;
} & {
  readonly [Name in NamesWith<{ readonly stored: 'given' }>]?: TrainValue<Name>;
};

/** A run's options including defaults; null if an option has no value. */
export interface TrainSettings extends StoredOptions {
  /** Id of the task; of several tasks, their ids joined by commas. */
  readonly task: string;
  /** Settings of each task of a joint method; absent for others. */
  readonly tasks?: readonly TaskSettings[];
  /** Id of the method. */
  readonly method: string;
  /** Absolute path of the encoder, or its name. */
  readonly encoder: string;
  /** Null for a task that generates its rows. */
  readonly data: string | null;
  /** How the user's own files are read; absent for packaged tasks. */
  readonly own?: OwnSettings;
  /** Further settings of the method, by names that the method defines. */
  readonly methodSettings: Readonly<Record<string, unknown>>;
}

const reading: v.GenericSchema<unknown, Reading> = v.looseObject(
  Object.fromEntries(
    readingNames.map((name) => [name, v.exactOptional(valueSchema(optionNamed(name), maybeMissing))]),
  ),
  `an object${maybeMissing}`,
);

const own: v.GenericSchema<unknown, OwnSettings> = v.looseObject(
  {
    text,
    textPair: textOrNull,
    label: v.union([text, someTexts], 'a text or a list of texts'),
    problem: v.picklist(Object.values(problems), Object.values(problems).join(' or ')),
    labels: v.nullable(v.array(text, `a list of texts${maybeNull}`)),
    reading: v.exactOptional(reading),
  },
  `an object${maybeMissing}`,
);

const taskSettings: v.GenericSchema<unknown, TaskSettings> = v.looseObject(
  { task: text, data: textOrNull, own: v.exactOptional(own), maxLength: whole(4) },
  'an object',
);

const shallow = v.record(
  v.string(),
  v.custom<unknown>(isShallowJson, 'a value that is not nested deeply'),
  'an object',
);

const storedSchemas = {
  always: (option: TrainOption) => valueSchema(option),
  null: (option: TrainOption) => v.nullable(valueSchema(option, maybeNull)),
  given: (option: TrainOption) => v.exactOptional(valueSchema(option, maybeMissing)),
};

/**
 * A schema for each stored option. The types follow from the table; the loop below builds the schemas from its rows.
 */
type StoredSchemas = {
  readonly [Name in keyof StoredOptions]-?: undefined extends StoredOptions[Name]
    ? v.ExactOptionalSchema<v.GenericSchema<unknown, Exclude<StoredOptions[Name], undefined>>, undefined>
    : v.GenericSchema<unknown, StoredOptions[Name]>;
};

const stored = Object.fromEntries(
  Object.entries(trainOptions).flatMap(([name, option]) =>
    option.stored === undefined ? [] : [[name, storedSchemas[option.stored](option)]],
  ),
) as StoredSchemas;

/**
 * Schema of a run's settings, in the order in which they are stored. Fields that are not listed are kept: other
 * versions of this package write them, and nothing here reads them.
 */
export const settingsSchema: v.GenericSchema<unknown, TrainSettings> = v.looseObject(
  {
    ...{ task: text, tasks: v.exactOptional(v.array(taskSettings, `a list${maybeMissing}`)) },
    ...{ method: text, encoder: text, data: textOrNull, own: v.exactOptional(own) },
    ...stored,
    methodSettings: shallow,
  },
  'an object',
);
