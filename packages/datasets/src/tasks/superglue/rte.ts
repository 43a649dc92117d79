import { MissingFileError } from '../../errors.ts';
import { rte as glueRte } from '../glue.ts';
import { jsonLinesTask, type RowTask } from '../json-lines-task.ts';
import { defaults, filesIn } from './defaults.ts';

const labels = ['entailment', 'not_entailment'] as const;

const fromJson = jsonLinesTask(
  {
    ...defaults,
    id: 'superglue/rte',
    name: 'RTE',
    labels,
    columns: ['premise', 'hypothesis'],
    files: filesIn('RTE'),
    officialRows: { train: 2490, test: 277 },
  },
  {
    examples: (row) => [
      { segments: [row.text('premise'), row.text('hypothesis')], label: row.label('label', labels) },
    ],
  },
);

/**
 * RTE in the form of SuperGLUE, or of GLUE if there is no such file. The pairs are those of `glue/rte` in the same
 * order. Some texts have quotation marks that GLUE lacks. The published experiments always use `glue/rte`.
 */
export const rte: RowTask = {
  ...fromJson,
  async read(split, source) {
    try {
      return await fromJson.read(split, source);
    } catch (error) {
      if (!(error instanceof MissingFileError)) throw error;
      return glueRte.read(split, source);
    }
  },
};
