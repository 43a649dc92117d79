// The parsers of every file that the product reads. A target is created on first use.
import type { FuzzTarget } from './harness/target.ts';

type Make = () => Promise<FuzzTarget>;

const from =
  <T>(load: () => Promise<T>, pick: (module: T) => () => FuzzTarget | Promise<FuzzTarget>): Make =>
  async () =>
    pick(await load())();

const tensors = () => import('./targets/tensors.ts');
const folders = () => import('./targets/model-folders.ts');
const encoders = () => import('./targets/encoders.ts');
const tables = () => import('./targets/tables.ts');
const benchmarks = () => import('./targets/benchmarks.ts');
const runs = () => import('./targets/runs.ts');

const folderNames = [
  ...['adapter', 'head', 'choice-head', 'scalearn', 'scalearn-uniform++', 'adapter-fusion', 'adapter-soup'],
  ...[
    'probe',
    'compacter',
    'ia3',
    'propetl',
    'full-finetuning',
    'full-finetuning-m',
    'adapter-m',
    'propetl-m',
  ],
  ...['hyperformer', 'lora', 'lora-source', 'scalearn-loras', 'lora-average', 'lorahub'],
];
const tableNames = ['csv', 'tsv', 'json', 'jsonl', 'parquet', 'gz'];
const runNames = ['run-json', 'predictions', 'experiment-index', 'report-json'];

const named = <T>(
  names: readonly string[],
  load: () => Promise<T>,
  pick: (module: T) => Readonly<Record<string, () => FuzzTarget | Promise<FuzzTarget>>>,
): Record<string, Make> =>
  Object.fromEntries(
    names.map((name) => [
      name,
      from(load, (module) => {
        const make = pick(module)[name];
        if (!make) throw new Error(`there is no parser ${name}`);
        return make;
      }),
    ]),
  );

export const targets: Readonly<Record<string, Make>> = {
  safetensors: from(tensors, ({ safetensors }) => safetensors),
  shards: from(tensors, ({ shards }) => shards),
  'torch-zip': from(tensors, ({ torchZip }) => torchZip),
  'torch-stream': from(tensors, ({ torchStream }) => torchStream),
  pickle: from(tensors, ({ pickle }) => pickle),
  ...named(folderNames, folders, ({ modelFolders }) => modelFolders),
  'encoder-config': from(encoders, ({ encoderConfig }) => encoderConfig),
  'encoder-folder': from(encoders, ({ encoderFolder }) => encoderFolder),
  tokenizer: from(encoders, ({ tokenizer }) => tokenizer),
  'old-tokenizer': from(encoders, ({ oldTokenizer }) => oldTokenizer),
  ...named(tableNames, tables, (module) => module.tables),
  glue: from(benchmarks, ({ glue }) => glue),
  superglue: from(benchmarks, ({ superglue }) => superglue),
  humset: from(benchmarks, ({ humset }) => humset),
  experiment: from(
    () => import('./targets/experiments.ts'),
    ({ experiment }) => experiment,
  ),
  ...named(runNames, runs, (module) => module.runs),
  checkpoint: from(
    () => import('./targets/checkpoints.ts'),
    ({ checkpoint }) => checkpoint,
  ),
  hub: from(
    () => import('./targets/hub.ts'),
    ({ hub }) => hub,
  ),
};
