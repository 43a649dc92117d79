import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeTask } from '@scalearn/datasets';
import { toJsonSchema } from '@valibot/to-json-schema';
import { describe, expect, test } from 'vitest';
import { readExperiment } from '../src/experiment/read-experiment.ts';
import { experimentSchema } from '../src/experiment/schema.ts';
import { ownMethods } from '../src/methods/registry.ts';
import { cellArguments } from '../src/plan/cell-arguments.ts';
import { expand } from '../src/plan/expand.ts';
import { type EncoderFacts, Facts, type TaskFacts } from '../src/plan/facts.ts';
import { planExperiment } from '../src/plan/plan.ts';

const folder = fileURLToPath(new URL('../../../experiments/', import.meta.url));
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .sort();

test('the schema is published as it is', async () => {
  const published = '../../../docs/public/experiment.schema.json';
  const schema = {
    $id: 'https://scalearn.github.io/scalearn/experiment.schema.json',
    title: 'Experiment of ScaLearn',
    ...toJsonSchema(experimentSchema(ownMethods), {
      typeMode: 'output',
      overrideAction({ valibotAction: { type }, jsonSchema }) {
        if (type === 'safe_integer') return { ...jsonSchema, type: 'integer' };
        // The only check is that of lists in which nothing is twice.
        if (type === 'check') return { ...jsonSchema, uniqueItems: true };
        return type === 'finite' ? jsonSchema : undefined;
      },
    }),
  };
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(published);
});

/** Reported models and all models of each file; counted from the paper's seeds, tasks and grids. */
const sizes: Readonly<Record<string, number>> = {
  // 8 tasks: 4 with 10 seeds, 4 with 3; 11 methods, and 5 joint ones with 3 seeds.
  'glue.yaml': 11 * (4 * 10 + 4 * 3) + 15,
  'glue-large.yaml': 11 * 8 * 3 + 15,
  'superglue.yaml': 11 * (6 * 10 + 2 * 3) + 15,
  'superglue-large.yaml': 11 * 8 * 3 + 15,
  'humset.yaml': 11 * 5 * 3 + 15,
  'humset-large.yaml': 11 * 5 * 3 + 15,
  'combined.yaml': 7 * (9 * 10 + 6 * 3) + 15,
  // Sources of four tasks, seven values, five seeds for five targets, three for four, one for six.
  'probing-one.yaml': 4 * 7 * (5 * 5 + 4 * 3 + 6),
  'probing-two.yaml': 49 * 10 * 5,
  'coefficients.yaml': 4 * (4 * 10 + 4 * 3),
  'ablations.yaml': 9 * (4 * 5 + 4 * 2),
  'few-shot-glue.yaml': 3 * 4 * 8 * 5,
  'few-shot-superglue.yaml': 3 * 4 * 8 * 5,
  'few-shot-humset.yaml': 3 * 4 * 5 * 5,
  'few-shot-combined.yaml': 3 * 4 * 15 * 5,
  'main-table-mini.yaml': 11 * 8 * 3 + 15,
  'glue-small.yaml': 6 * 4 * 3,
};

describe.each(files)('experiments/%s', (file) => {
  test('names methods, options and sources that there are', async () => {
    const experiment = await readExperiment(`${folder}${file}`);
    const cells = expand(experiment);
    for (const cell of cells.filter(({ seed }) => seed === 0)) {
      const sources = cell.sources.map(({ tasks }) => tasks.join());
      const { chosen } = await cellArguments(cell, sources, experiment, {});
      expect(chosen.entry.id).toBe(cell.entry.method.id);
    }
    if (sizes[file] !== undefined) expect(cells).toHaveLength(sizes[file]);
  });
});

// The tasks are generated once.
const facts = new Facts();
const quick = files.filter((file) => file.endsWith('-mini.yaml'));

test.each(quick)(
  '%s can be planned from what comes with the command, and its fast form is small',
  { timeout: 180_000 },
  async (file) => {
    const whole = await planExperiment(await readExperiment(`${folder}${file}`), '/nowhere', { facts });
    expect(new Set(whole.runs.map(({ id }) => id)).size).toBe(whole.runs.length);
    const fast = await planExperiment(await readExperiment(`${folder}${file}`, { fast: true }), '/nowhere', {
      facts,
    });
    expect(fast.runs.length).toBeGreaterThan(0);
    expect(fast.runs.length).toBeLessThan(whole.runs.length);
  },
);

/** Says of every encoder and packaged task the same, without files. */
class NoFiles extends Facts {
  readonly #mini = facts.encoder('mini', undefined);

  override async encoder(name: string, layers: number | undefined): Promise<EncoderFacts> {
    return {
      config: (await this.#mini).config,
      fingerprint: `${name} ${layers}`,
      path: undefined,
      pooling: undefined,
    };
  }

  override async task(task: string): Promise<TaskFacts> {
    const rows = { train: 0, validation: 0, test: 0 };
    return { found: { info: describeTask(task), path: null }, fingerprint: task, rows, sample: [] };
  }
}

// A model that has been trained is found by its id. An id may change only with `numericsVersion`.
test.each(files)('the ids of %s are what they always were', { timeout: 180_000 }, async (file) => {
  const known = quick.includes(file) ? facts : new NoFiles();
  const { runs } = await planExperiment(await readExperiment(`${folder}${file}`), '/nowhere', {
    facts: known,
  });
  const ids = runs.map(({ id }) => id);
  const digest = createHash('sha256').update(ids.join('\n')).digest('hex');
  expect({ models: ids.length, digest, first: ids[0], last: ids.at(-1) }).toMatchSnapshot();
});

test('the coefficients are those of models of the main table', { timeout: 180_000 }, async () => {
  const ids = async (name: string): Promise<Set<string>> => {
    const { runs } = await planExperiment(await readExperiment(`${folder}${name}`), '/nowhere', { facts });
    return new Set(runs.map(({ id }) => id));
  };
  const table = await ids('main-table-mini.yaml');
  const coefficients = await ids('coefficients-mini.yaml');
  expect([...coefficients].filter((id) => !table.has(id))).toEqual([]);
});
