// Test scores in percent, means over seeds, as the paper's authors publish them (README of CPJKU/ScaLearn).

interface PublishedTable {
  /** Displayed name. */
  readonly benchmark: string;
  readonly encoder: string;
  readonly tasks: readonly string[];
  /** By method: a score for each task, then the average as printed. */
  readonly scores: Readonly<Record<string, readonly number[]>>;
}

const tables: readonly PublishedTable[] = [
  {
    benchmark: 'GLUE',
    encoder: 'roberta-base',
    tasks: [
      'glue/mnli',
      'glue/qqp',
      'glue/qnli',
      'glue/sst2',
      'glue/stsb',
      'glue/mrpc',
      'glue/rte',
      'glue/cola',
    ],
    scores: {
      'full-finetuning': [86.61, 90.32, 91.78, 93.33, 90.53, 86.94, 73.47, 58.46, 83.93],
      bottleneck: [86.5, 90.18, 92.25, 93.65, 90.23, 86.64, 72.89, 58.28, 83.83],
      propetl: [86.19, 88.88, 92.05, 93.81, 90.03, 85.93, 74.19, 59.29, 83.8],
      'compacter++': [85.62, 88.84, 91.79, 93.58, 89.67, 87.21, 72.02, 58.49, 83.4],
      'full-finetuning-m': [84.95, 89.76, 90.91, 92.58, 86.14, 83.42, 80.99, 49.12, 82.23],
      'adapter-m': [86.03, 89.69, 91.58, 93.35, 88.71, 86.76, 80.26, 51.79, 83.52],
      'propetl-m': [85.23, 87.82, 91.37, 93.88, 90.27, 86.36, 78.58, 54.71, 83.53],
      hyperformer: [86.08, 89.13, 91.81, 93.16, 90.63, 87.01, 82.79, 57.3, 84.74],
      'hyperformer++': [86.38, 88.81, 91.99, 93.27, 90.8, 87.83, 83.75, 54.05, 84.61],
      'adapter-fusion': [86.82, 90.23, 92.48, 93.23, 90.37, 88.41, 79.49, 59.04, 85.01],
      scalearn: [86.97, 90.32, 92.51, 93.88, 90.96, 87.75, 82.06, 58.47, 85.36],
      'scalearn-uniform': [86.93, 90.38, 92.53, 93.58, 90.08, 87.57, 80.07, 59.04, 85.02],
      'scalearn++': [87.06, 90.04, 92.03, 94.15, 90.62, 88.21, 80.87, 59.82, 85.35],
      'scalearn-uniform++': [86.98, 90.38, 92.53, 94.11, 90.18, 87.43, 80.04, 59.45, 85.14],
    },
  },
  {
    benchmark: 'SuperGLUE',
    encoder: 'roberta-base',
    tasks: [
      'superglue/record',
      'superglue/multirc',
      'superglue/boolq',
      'superglue/wic',
      'superglue/wsc',
      'superglue/copa',
      'superglue/cb',
      'glue/rte',
    ],
    scores: {
      'full-finetuning': [71.61, 71.64, 76.8, 66.38, 63.46, 68.6, 81.96, 73.47, 71.74],
      bottleneck: [79.02, 72.84, 76.71, 65.58, 63.46, 70.2, 84.82, 72.89, 73.19],
      propetl: [80.29, 73.07, 76.58, 66.6, 63.46, 70.6, 84.46, 74.19, 73.69],
      'compacter++': [77.69, 70.44, 75.88, 66.46, 63.46, 68.3, 87.68, 72.02, 72.74],
      'full-finetuning-m': [72.21, 72.11, 76.39, 52.19, 63.46, 74.33, 84.52, 74.85, 71.26],
      'adapter-m': [72.43, 72.46, 75.32, 51.99, 59.94, 71.67, 86.31, 76.53, 70.83],
      'propetl-m': [73.14, 72.07, 73.91, 50.73, 59.62, 74.0, 82.14, 73.65, 69.91],
      hyperformer: [65.93, 33.54, 74.01, 55.49, 52.88, 55.5, 71.43, 61.73, 58.81],
      'hyperformer++': [24.5, 19.47, 62.17, 50.0, 63.46, 54.33, 49.4, 49.09, 46.55],
      'adapter-fusion': [78.82, 71.79, 76.72, 66.57, 63.46, 73.1, 82.32, 76.03, 73.6],
      scalearn: [79.52, 73.22, 77.27, 66.35, 63.46, 74.8, 90.89, 78.88, 75.55],
      'scalearn-uniform': [80.13, 71.91, 76.06, 67.37, 62.5, 71.2, 89.11, 75.31, 74.2],
      'scalearn++': [80.13, 72.71, 76.44, 67.13, 62.26, 75.2, 93.04, 79.03, 75.74],
      'scalearn-uniform++': [79.79, 71.75, 76.13, 67.87, 63.46, 74.0, 91.61, 74.84, 74.93],
    },
  },
  {
    benchmark: 'HumSet',
    encoder: 'xlm-roberta-base',
    tasks: [
      'humset/sectors',
      'humset/pillars_1d',
      'humset/subpillars_1d',
      'humset/pillars_2d',
      'humset/subpillars_2d',
    ],
    scores: {
      'full-finetuning': [71.99, 50.4, 43.76, 61.04, 41.68, 53.77],
      bottleneck: [71.38, 51.02, 43.26, 61.43, 42.46, 53.91],
      propetl: [71.69, 49.69, 41.63, 60.58, 39.85, 52.69],
      'compacter++': [69.97, 37.37, 37.76, 58.13, 33.1, 47.26],
      'full-finetuning-m': [51.75, 22.65, 13.54, 33.27, 12.42, 26.73],
      'adapter-m': [56.2, 28.53, 16.53, 35.9, 18.89, 31.21],
      'propetl-m': [59.8, 26.1, 29.57, 37.53, 30.35, 36.67],
      hyperformer: [71.08, 40.65, 34.16, 46.22, 32.47, 44.92],
      'hyperformer++': [60.42, 22.07, 20.35, 30.55, 18.9, 30.46],
      'adapter-fusion': [72.05, 49.63, 43.15, 60.68, 42.14, 53.53],
      scalearn: [72.36, 51.63, 44.06, 61.52, 42.81, 54.48],
      'scalearn-uniform': [72.2, 50.08, 42.97, 60.62, 41.95, 53.56],
      'scalearn++': [72.38, 51.66, 44.23, 61.66, 42.21, 54.43],
      'scalearn-uniform++': [72.02, 50.78, 42.6, 60.82, 42.14, 53.67],
    },
  },
];

/** The table of a score. A task can be in several benchmarks, with other sources and other scores. */
export interface PublishedPlace {
  /** Displayed name, such as `GLUE`. */
  readonly benchmark: string;
  /** Name of the encoder; a path before the last `/` is ignored. */
  readonly encoder: string;
  readonly method: string;
}

/** Returns the published score of a method on a task, in percent. */
export function publishedScore(place: PublishedPlace, task: string): number | undefined {
  const table = tableOf(place);
  const column = table?.tasks.findIndex((each) => shortName(each) === shortName(task)) ?? -1;
  return column < 0 ? undefined : table?.scores[place.method]?.[column];
}

/** Returns the published average over exactly these tasks. */
export function publishedAverage(place: PublishedPlace, tasks: readonly string[]): number | undefined {
  const table = tableOf(place);
  return table && isWhole(table, tasks) ? table.scores[place.method]?.[table.tasks.length] : undefined;
}

/** Returns whether these are the tasks of the published table, which its joint and two-stage methods learn from. */
export function arePublishedTasks(place: PublishedPlace, tasks: readonly string[]): boolean {
  const table = tableOf(place);
  return table !== undefined && isWhole(table, tasks);
}

/**
 * Sorts tasks in the order of the columns of published tables, or of one of them. Tasks of other tables come last, in
 * their order.
 */
export function publishedOrder(tasks: readonly string[], benchmark?: string): string[] {
  const order = tables
    .filter((table) => benchmark === undefined || table.benchmark === benchmark)
    .flatMap((table) => table.tasks.map(shortName));
  const rank = (task: string): number => (order.indexOf(shortName(task)) + 1 || order.length + 1) - 1;
  return [...tasks].sort((a, b) => rank(a) - rank(b));
}

/** Returns all methods that have a published score, in the order of the tables. */
export const publishedMethods = (): string[] => [
  ...new Set(tables.flatMap((table) => Object.keys(table.scores))),
];

/** Returns all tasks that have a published score. */
export const publishedTasks = (): string[] => [...new Set(tables.flatMap((table) => table.tasks))];

const tableOf = ({ benchmark, encoder }: PublishedPlace): PublishedTable | undefined =>
  tables.find((each) => each.benchmark === benchmark && each.encoder === encoder.split('/').at(-1));

const isWhole = (table: PublishedTable, tasks: readonly string[]): boolean =>
  new Set(tasks).size === table.tasks.length &&
  table.tasks.every((task) => tasks.some((each) => shortName(each) === shortName(task)));

/** Returns the last part of a task's id: `rte` of `glue/rte`. */
export const shortName = (task: string): string => task.split('/').at(-1) as string;
