// What is compared of one experiment that was trained in two ways.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRunFile } from '@scalearn/experiments';
import { comparedRun } from '@scalearn/experiments/runs';

/** An experiment of three models, one of which needs the others; seconds on one core. */
export const tinyExperiment = `title: Tiny
encoders: [mini]
tasks: [miniglue/rte, miniglue/mrpc]
options: { limit: 32, evalLimit: 16, epochs: 2, batchSize: 4, layers: 1 }
methods:
  adapter: { method: bottleneck, label: Adapter }
  scalearn++: { sources: adapter, tasks: [miniglue/rte] }
`;

/**
 * Digest of every file of every model, except for `run.json`, and what is compared of that.
 *
 * @param folder of the models
 */
export async function modelsIn(folder: string): Promise<Record<string, unknown>> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  const all: Record<string, unknown> = {};
  for (const path of files.sort()) {
    const name = path.slice(folder.length + 1);
    if (!name.endsWith('/run.json'))
      all[name] = createHash('sha256').update(readFileSync(path)).digest('hex');
    else all[name] = comparedRun((await readRunFile(join(path, '..')))!);
  }
  return all;
}

/** Returns what is compared of a report in JSON: all but what is measured. */
export function comparedReport(text: string): unknown {
  const { created: _, runs, ...rest } = JSON.parse(text) as { created: string; runs: object[] };
  return { ...rest, runs: runs.map((each) => ({ ...each, seconds: 0, tokensPerSecond: 0, memory: 0 })) };
}
