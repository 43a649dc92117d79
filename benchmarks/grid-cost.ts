// Counts what the paper's tables on GLUE and SuperGLUE with RoBERTa-base compute, and simulates them on 1 to 30 machines.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseEncoderConfig } from '@scalearn/encoders';
import {
  countOperations,
  type EncoderFacts,
  Facts,
  planExperiment,
  readExperiment,
  type TaskFacts,
} from '@scalearn/experiments';
import { shared } from './lib/places.ts';
import { explain } from './lib/report.ts';
import { chainsOf, makespan, type TimedJob } from './lib/simulate.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { cpu: text, gpu: text, files: text } });

/**
 * Operations a second. The CPU's is what `stage2-step` reached on two cores, counted in the same way: 6,633 tokens a second of 44
 * million operations. The GPU's is an assumption.
 */
const speeds = { cpu: Number(values.cpu ?? 0.29e12), gpu: Number(values.gpu ?? 10e12) };
const files = (values.files ?? 'glue,superglue,combined').split(',');

/** Rows of training and evaluation of the published data. Lengths come from the rows that are there. */
const published: Readonly<Record<string, readonly [train: number, dev: number]>> = {
  'glue/qnli': [104_743, 5463],
  'glue/mnli': [392_702, 9815],
  'glue/qqp': [363_846, 40_430],
  'superglue/boolq': [9427, 3270],
  'superglue/record': [100_730, 10_000],
};

/** Sizes of FacebookAI/roberta-base. */
const roberta = {
  ...{ model_type: 'roberta', vocab_size: 50_265, hidden_size: 768, num_hidden_layers: 12 },
  ...{ num_attention_heads: 12, intermediate_size: 3072, hidden_act: 'gelu', layer_norm_eps: 1e-5 },
  ...{ max_position_embeddings: 514, type_vocab_size: 1, pad_token_id: 1 },
};

/** What is known of the encoder without its weights, and of the published rows. */
class PublishedFacts extends Facts {
  override async encoder(name: string): Promise<EncoderFacts> {
    const config = parseEncoderConfig(roberta);
    return { config, fingerprint: name, path: undefined, pooling: undefined };
  }

  override async task(task: string): Promise<TaskFacts> {
    const [benchmark = ''] = task.split('/');
    const found = await super.task(task, { data: join(shared, 'data', benchmark) });
    const [train, dev] = published[task] ?? [found.rows.train, found.rows.validation];
    return { ...found, rows: { train, validation: dev, test: found.rows.test && dev } };
  }
}

const tokenizer = join(shared, 'models/tokenizers/roberta-base');
const facts = new PublishedFacts();
const all = new Map<string, TimedJob>();
for (const file of files) {
  explain(`planning experiments/${file}.yaml`);
  const overrides = { encoders: [tokenizer], data: join(shared, 'data') };
  const experiment = await readExperiment(`experiments/${file}.yaml`, overrides);
  const plan = await planExperiment(experiment, 'runs/models', { facts });
  const operations = await countOperations(plan);
  const jobs = plan.runs.map(({ id, sources }) => ({
    key: id,
    parents: sources.map((source) => source.id),
    work: operations.get(id)?.flops ?? 0,
  }));
  show(file, jobs);
  // A model that several tables have is trained once.
  for (const job of jobs) all.set(job.key, job);
}
if (files.length > 1) show('together', [...all.values()]);

function show(name: string, jobs: readonly TimedJob[]): void {
  const { levels, longest } = chainsOf(jobs);
  const work = jobs.reduce((sum, job) => sum + job.work, 0);
  const edges = jobs.reduce((sum, { parents }) => sum + parents.length, 0);
  // Jobs that wait for the same ones are one array of Slurm.
  const arrays = new Set(jobs.map(({ parents }) => [...parents].sort().join())).size;
  const hours = Object.entries(speeds).map(([device, speed]) => {
    const on = (machines: number): number => makespan(jobs, machines) / speed / 3600;
    const each = [1, 3, 10, 30].map((machines) => [machines, Number(on(machines).toPrecision(3))]);
    return [
      device,
      { ...Object.fromEntries(each), longestChain: Number((longest / speed / 3600).toPrecision(3)) },
    ];
  });
  console.log(
    JSON.stringify({
      name,
      jobs: jobs.length,
      edges,
      levels,
      arrays,
      operations: work,
      speeds,
      hours: Object.fromEntries(hours),
    }),
  );
}
