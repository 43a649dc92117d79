/** Properties shared by the tasks of a benchmark. */
export interface Benchmark {
  /** First part of the ids of its tasks. */
  readonly id: string;
  /** The name used in print. */
  readonly name: string;
  /** Address of the official files; undefined if they are only on the hub. */
  readonly page?: string;
  /** Terms of use of the data. */
  readonly terms: string;
}

const authors = 'each task has those of its authors';

/** The benchmarks whose tasks are defined in this package. */
export const benchmarks: readonly Benchmark[] = [
  { id: 'glue', name: 'GLUE', page: 'https://gluebenchmark.com/tasks', terms: authors },
  { id: 'superglue', name: 'SuperGLUE', page: 'https://super.gluebenchmark.com/tasks', terms: authors },
  { id: 'humset', name: 'HumSet', terms: 'see its page on the hub' },
  { id: 'miniglue', name: 'MiniGLUE', terms: 'MIT' },
];
