import { sourceControls } from '@scalearn/core';
import type { MethodRegistry } from '../methods/registry.ts';
import { optionsIn } from '../options/train-table.ts';

/** A JSON Schema, as far as one is needed here. */
export type Schema = { readonly [keyword: string]: unknown };

/** Where the schema is published, for editors: `# yaml-language-server: $schema=…`. */
const id = 'https://scalearn.github.io/scalearn/experiment.schema.json';

/** Options of `train` that a run may be given, by the names the library has them under. */
export const trainOptions: readonly string[] = optionsIn('experiment').map(([name]) => name);

/** Options of methods, whichever method has them. */
export const methodOptions = ({ all }: MethodRegistry): readonly string[] => [
  ...new Set(all.flatMap(({ options }) => Object.keys(options))),
];

const text: Schema = { type: 'string', minLength: 1 };
const texts: Schema = { type: 'array', items: text, minItems: 1, uniqueItems: true };
const seed: Schema = { type: 'integer', minimum: 0 };
const seeds: Schema = {
  type: 'array',
  items: seed,
  minItems: 1,
  uniqueItems: true,
};
const numbers: Schema = { type: 'array', items: { type: 'number' }, minItems: 1 };

const optionsSchema = (methods: MethodRegistry): Schema => ({
  description: 'Options of scalearn train, and of the method, in camel case.',
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries([
    ...trainOptions.map((name) => [name, { type: ['number', 'string'] }]),
    ...methodOptions(methods).map((name) => [
      name,
      {
        description: 'Option of a method: see scalearn methods METHOD.',
        anyOf: [{ type: ['number', 'string'] }, numbers],
      },
    ]),
  ]),
});

const varySchema = (methods: MethodRegistry): Schema => ({
  description: 'Options with several values each: every combination is run.',
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(
    [...trainOptions, ...methodOptions(methods)].map((name) => [
      name,
      {
        anyOf: [
          { type: 'array', minItems: 1, items: { anyOf: [{ type: ['number', 'string'] }, numbers] } },
          {
            description: 'One number of the grid for each source: every combination of them.',
            type: 'object',
            additionalProperties: false,
            required: ['grid'],
            properties: { grid: numbers },
          },
        ],
      },
    ]),
  ),
});

const perTaskSchema = (options: Schema): Schema => ({
  description: 'What is otherwise with some tasks.',
  type: 'object',
  additionalProperties: {
    type: 'object',
    additionalProperties: false,
    properties: { seeds, options },
  },
});

const sources: Schema = {
  description: 'The entry whose trained adapters are transferred, or more about them.',
  anyOf: [
    text,
    {
      type: 'object',
      additionalProperties: false,
      required: ['from'],
      properties: {
        from: { ...text, description: 'The entry whose models are the sources.' },
        tasks: { ...texts, description: 'Their tasks; those of the experiment where left out.' },
        seed: {
          description:
            "Their seed, 'same' for that of the run, or the seed of each task: { glue/rte: 1 }. 0 where left out, and for tasks that are not named.",
          anyOf: [seed, { const: 'same' }, { type: 'object', additionalProperties: seed, minProperties: 1 }],
        },
        own: {
          description:
            "The entry of the target's own adapter, which is then a source whether or not its task is listed; 'only' for no other source than it, false to leave it out.",
          anyOf: [text, { const: false }],
        },
        kind: {
          description:
            'What the trained adapters are replaced by, to compare with: random ones of the same shape, or themselves with their layers shuffled.',
          enum: ['trained', ...sourceControls],
        },
      },
    },
  ],
};

const entrySchema = (methods: MethodRegistry, options: Schema, perTask: Schema): Schema => ({
  type: ['object', 'null'],
  additionalProperties: false,
  properties: {
    method: {
      description: "A method's id; the entry's name where left out.",
      enum: methods.all.map((method) => method.id),
    },
    label: { ...text, description: 'Its name in reports.' },
    tasks: { ...texts, description: 'Its targets; a joint method learns them at once.' },
    seeds,
    sources,
    options,
    vary: varySchema(methods),
    perTask,
    report: { type: 'boolean', description: 'false for what only serves others as a source.' },
  },
});

/** The schema of an experiment file. The lists of methods and options in it are those there are. */
export function experimentSchema(methods: MethodRegistry): Schema {
  const options = optionsSchema(methods);
  const perTask = perTaskSchema(options);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: id,
    title: 'Experiment of ScaLearn',
    description: 'What scalearn run trains: encoders x tasks x methods x seeds x options.',
    type: 'object',
    additionalProperties: false,
    required: ['encoders', 'tasks', 'methods'],
    properties: {
      title: { ...text, description: 'Of reports.' },
      encoders: {
        ...texts,
        description: "Hub names, folders, or 'mini' for the small encoder that comes with the command.",
      },
      data: {
        description: 'Folder of the data, or one for each benchmark; relative to the file.',
        anyOf: [text, { type: 'object', additionalProperties: text, minProperties: 1 }],
      },
      tasks: { ...texts, description: 'Targets, and sources where an entry names no others.' },
      seeds: { ...seeds, description: '[0] where left out.' },
      options,
      perTask,
      methods: {
        type: 'object',
        minProperties: 1,
        additionalProperties: entrySchema(methods, options, perTask),
      },
      fast: {
        description: 'What is otherwise with --fast: less of everything.',
        type: 'object',
        additionalProperties: false,
        properties: {
          tasks: texts,
          seeds,
          methods: { ...texts, description: 'Names of the entries that are run.' },
          options,
          perTask,
        },
      },
    },
  };
}
