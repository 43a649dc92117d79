// Builds everything in this package from scratch: pretrains the mini encoder, trains the eight source adapters with the
// command line tool, measures them, and writes the model card. A restarted build resumes where it stopped.
//
//   node --conditions=@scalearn/source packages/assets-mini/scripts/build.ts [--work DIR] [--out DIR]
import { spawn } from 'node:child_process';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadTask } from '@scalearn/datasets';
import { bagOfWordsReport } from '@scalearn/evaluation';
import { type SourceTask, sourceTasks } from '../src/index.ts';
import { modelCard } from './model-card.ts';
import { adapterOptions, encoderOptions } from './recipe.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const { values } = parseArgs({
  options: {
    work: { type: 'string', default: 'runs/assets-mini' },
    out: { type: 'string', default: path('..') },
  },
});
const { work, out } = values;
const run = async (script: string, options: readonly string[]): Promise<void> => {
  const args = ['--conditions=@scalearn/source', path(script), ...options];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) process.exit(Number(code) || 1);
};
/** Formats command line options: `{ 'batch-size': 32 }` becomes `--batch-size 32`. */
const flags = (options: Readonly<Record<string, string | number>>): string[] =>
  Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);

// Finished folders are kept. They are refused if another recipe made them. The folder's name becomes the encoder's
// name, which adapters store.
const encoder = join(work, 'bert-mini-miniglue');
await run('../../pretrain/scripts/pretrain-mini.ts', ['--out', encoder, ...flags(encoderOptions)]);

const adapter = (task: SourceTask): string => join(work, 'adapters', task);
for (const task of sourceTasks) {
  const own = ['--encoder', encoder, '--task', `miniglue/${task}`, '--out', adapter(task), '--resume'];
  await run('../../cli/src/bin.ts', ['train', ...own, ...flags(adapterOptions(task))]);
}

const json = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'));
const encoderFiles = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];
const adapterFiles = [
  'adapter_config.json',
  'adapter.safetensors',
  'head_config.json',
  'model_head.safetensors',
];
await replace('encoder', encoder, encoderFiles);
for (const task of sourceTasks) await replace(join('adapters', task), adapter(task), adapterFiles);
const card = modelCard({
  pretraining: await json(join(encoder, 'pretraining.json')),
  adapters: await Promise.all(
    sourceTasks.map(async (task) => ({
      run: await json(join(adapter(task), 'run.json')),
      bagOfWords: bagOfWordsReport(await loadTask(`miniglue/${task}`)).primary,
    })),
  ),
});
await writeFile(join(out, 'encoder', 'README.md'), card);

/** Replaces a folder with copies of files. */
async function replace(folder: string, from: string, files: readonly string[]): Promise<void> {
  const [fresh, target] = [join(out, `${folder}.new`), join(out, folder)];
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  for (const file of files) await copyFile(join(from, file), join(fresh, file));
  await rm(target, { recursive: true, force: true });
  await rename(fresh, target);
}
