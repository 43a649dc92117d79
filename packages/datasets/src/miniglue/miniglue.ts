import { checkPositiveInteger, InvalidOptionError } from '../errors.ts';
import type { Example, TaskDefinition, TaskInfo } from '../task.ts';
import { glue } from '../tasks/glue.ts';
import { Draw } from './draw.ts';
import { defaultRows, generators, type MiniglueSplit, type MiniglueTask, splits } from './generators.ts';

export interface MiniglueOptions {
  /** Seed of the generated rows. Default 0. */
  readonly seed?: number;
  /**
   * Number of rows of each split. Default: sizes that vary as in GLUE. A larger data set starts with the rows of a
   * smaller one.
   */
  readonly rows?: Readonly<Partial<Record<MiniglueSplit, number>>>;
}

/**
 * Returns a task of MiniGLUE, a benchmark in generated English (see the data card). Labels follow from facts of a small
 * world. Every split uses another part of that world. Throws `InvalidOptionError`.
 */
export function miniglueTask(name: MiniglueTask, options: MiniglueOptions = {}): TaskDefinition {
  const { seed = 0 } = options;
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new InvalidOptionError('seed', seed, 'a whole number of at least 0');
  const rows = { ...defaultRows[name], ...options.rows };
  for (const split of splits) checkPositiveInteger(`rows.${split}`, rows[split]);
  return {
    info: infoOf(name),
    splits,
    async read(split) {
      // Only the splits above are requested.
      const known = split as MiniglueSplit;
      return generate(name, seed, known, rows[known]);
    },
  };
}

/** Returns the information of the GLUE task: problem, labels, columns and metrics are the same. */
function infoOf(name: MiniglueTask): TaskInfo {
  const { info } = glue.find((definition) => definition.info.id === `glue/${name}`)!;
  const { files: _, hub: __, ...rest } = info;
  return { ...rest, officialRows: defaultRows[name], id: `miniglue/${name}`, name: `Mini${info.name}` };
}

function generate(name: MiniglueTask, seed: number, region: MiniglueSplit, count: number): Example[] {
  const examples: Example[] = [];
  const seen = new Set<string>();
  for (let row = 0; examples.length < count; row++) {
    const { segments, label } = generators[name](new Draw(seed, `${name}/${region}`, row), region);
    const text = segments.join('\n');
    if (seen.has(text)) continue;
    seen.add(text);
    examples.push({ index: examples.length, segments, label });
  }
  return examples;
}

/** The tasks with their default numbers of rows. */
export const miniglue: readonly TaskDefinition[] = (Object.keys(generators) as MiniglueTask[]).map((name) =>
  miniglueTask(name),
);
