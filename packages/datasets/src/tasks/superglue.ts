import { superglueOnHub } from '../hub/superglue.ts';
import type { RowTask } from './json-lines-task.ts';
import { boolq } from './superglue/boolq.ts';
import { cb } from './superglue/cb.ts';
import { copa } from './superglue/copa.ts';
import { multirc } from './superglue/multirc.ts';
import { record } from './superglue/record.ts';
import { rte } from './superglue/rte.ts';
import { wic } from './superglue/wic.ts';
import { wsc } from './superglue/wsc.ts';

/**
 * SuperGLUE (arXiv 1905.00537) without its diagnostic sets, with the templates of the published experiments. Files are
 * those of the official release.
 */
export const superglue: readonly RowTask[] = [boolq, cb, copa, multirc, record, rte, wic, wsc].map(
  superglueOnHub,
);
