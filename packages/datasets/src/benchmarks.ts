/** What the tasks of a benchmark have in common. */
export interface Benchmark {
  /** First part of the ids of its tasks. */
  readonly id: string;
  readonly name: string;
  /** Where the official files are, if not on the hub alone. */
  readonly page?: string;
  /** Who says what may be done with the data. */
  readonly terms: string;
}

const authors = 'each task has those of its authors';

/** The benchmarks whose tasks come with this package. */
export const benchmarks: readonly Benchmark[] = [
  { id: 'glue', name: 'GLUE', page: 'https://gluebenchmark.com/tasks', terms: authors },
  { id: 'superglue', name: 'SuperGLUE', page: 'https://super.gluebenchmark.com/tasks', terms: authors },
  { id: 'humset', name: 'HumSet', terms: 'see its page on the hub' },
  { id: 'miniglue', name: 'MiniGLUE', terms: 'MIT' },
];
