import { isShallowJson } from '@scalearn/report';
import * as v from 'valibot';
import type { OwnSettings } from '../model/find-task.ts';
import { maybeMissing, maybeNull, someTexts, text, textOrNull, whole } from '../schemas.ts';
import { valueSchema } from './option-values.ts';
import { problems, type Reading, readingNames } from './own-data.ts';
import {
  type NamesWith,
  optionNamed,
  type TrainOption,
  type TrainValue,
  trainOptions,
} from './train-table.ts';

/** What a run's options say about one of its tasks. */
export interface TaskSettings {
  readonly task: string;
  /** Null for a task that writes its rows itself. */
  readonly data: string | null;
  /** How files of the user's own are read. */
  readonly own?: OwnSettings;
  readonly maxLength: number;
}

/** Options of a run that are stored as they are, by how that is. */
export type StoredOptions = {
  readonly [Name in NamesWith<{ readonly stored: 'always' }>]: TrainValue<Name>;
} & {
  readonly [Name in NamesWith<{ readonly stored: 'null' }>]: TrainValue<Name> | null;
} & {
  readonly [Name in NamesWith<{ readonly stored: 'given' }>]?: TrainValue<Name>;
};

/** A run's options with every default filled in; null where an option has no value. */
export interface TrainSettings extends StoredOptions {
  /** Its id; of several those, joined by commas. */
  readonly task: string;
  /** Of a joint method. */
  readonly tasks?: readonly TaskSettings[];
  readonly method: string;
  readonly encoder: string;
  /** Null for a task that writes its rows itself. */
  readonly data: string | null;
  /** How files of the user's own are read. */
  readonly own?: OwnSettings;
  /** What else the method was given, in its own words. */
  readonly methodSettings: Readonly<Record<string, unknown>>;
}

/** What was said about reading files, by the names of the options. */
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

/** A schema for each stored option: the table's types say what the loop below makes of its rows. */
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
 * Settings of a run, in the order in which they are stored. Fields that are not listed are kept: other versions of this
 * package write some, and nothing reads them.
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
