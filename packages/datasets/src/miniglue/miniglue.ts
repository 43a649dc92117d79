import { checkPositiveInteger, InvalidOptionError } from '../errors.ts';
import type { Example, TaskDefinition, TaskInfo } from '../task.ts';
import { glue } from '../tasks/glue.ts';
import { Draw } from './draw.ts';
import { defaultRows, generators, type MiniglueSplit, type MiniglueTask, splits } from './generators.ts';

export interface MiniglueOptions {
  /** Another seed gives other rows of the same kind. Default 0. */
  readonly seed?: number;
  /** Rows of each split, by default as unequal as GLUE's; a larger data set begins with the rows of a smaller one. */
  readonly rows?: Readonly<Partial<Record<MiniglueSplit, number>>>;
}

/**
 * A task of MiniGLUE, a benchmark in generated English (see the data card): labels follow from facts of a small world,
 * of which every split tells another part. Throws `InvalidOptionError`.
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
      // It is asked for the splits above only.
      const known = split as MiniglueSplit;
      return generate(name, seed, known, rows[known]);
    },
  };
}

/** Everything but the text is GLUE's: problem, labels, columns, metrics. */
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

/** The tasks with their default rows. */
export const miniglue: readonly TaskDefinition[] = (Object.keys(generators) as MiniglueTask[]).map((name) =>
  miniglueTask(name),
);
