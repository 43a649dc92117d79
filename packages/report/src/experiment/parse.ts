import { checkBySchema, pathText } from '../check-by-schema.ts';
import { ReportDataError } from '../errors.ts';
import { type ReportData, reportDataVersion } from './data.ts';
import { listLength } from './lists.ts';
import { reportSchema } from './schema.ts';

/**
 * Reads the JSON of a report.
 *
 * @param where its name in errors
 * @throws ReportDataError if it is not a report, damaged, or of another version
 */
export function parseReportData(text: string, where = 'the report'): ReportData {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ReportDataError(`${where} is not JSON: give a folder of runs, or a report of --format json`, {
      cause: error,
    });
  }
  const { kind, formatVersion } = (value ?? {}) as {
    readonly kind?: unknown;
    readonly formatVersion?: unknown;
  };
  if (kind !== 'scalearn-report')
    throw new ReportDataError(`${where} is not the JSON of a report; write one with --format json`);
  if (formatVersion !== reportDataVersion)
    throw new ReportDataError(
      `${where} is of ${typeof formatVersion === 'number' ? `format ${formatVersion}` : 'another format'}; this version of scalearn reads ${reportDataVersion}`,
    );
  const damaged = (what: string): ReportDataError =>
    new ReportDataError(`${where} is damaged: ${what}; make the report again from its runs`);
  const data = checkBySchema(reportSchema, value, ({ path, what, found }) =>
    damaged(`${pathText(path) || 'it'} ${found === undefined ? 'is missing' : `must be ${what}`}`),
  );
  const disagreement = disagreementOf(data);
  if (disagreement !== undefined) throw damaged(disagreement);
  return data;
}

/** Returns the first contradiction between parts of a report, such as a reference to a missing part. */
function disagreementOf({ encoders, tasks, runs }: ReportData): string | undefined {
  for (const [id, { problem, labels, rows, columns = 1, ...task }] of Object.entries(tasks)) {
    if (task.id !== id) return `tasks.${id} has another id`;
    const length = problem === 'multiLabelClassification' ? rows * columns : rows;
    if (labels !== undefined && listLength(problem, labels) !== length)
      return `tasks.${id} has not as many labels as rows`;
  }
  for (const [i, { encoder, scores }] of runs.entries()) {
    if (!Object.hasOwn(encoders, encoder)) return `runs[${i}].encoder is none of its encoders`;
    for (const { task: id, predictions } of scores) {
      const task = Object.hasOwn(tasks, id) ? tasks[id] : undefined;
      if (!task) return `runs[${i}].scores is of a task that is none of its tasks`;
      const { problem, labels } = task;
      if (predictions !== undefined && labels !== undefined)
        if (listLength(problem, predictions) !== listLength(problem, labels))
          return `runs[${i}].scores has not as many predictions as ${id} has labels`;
    }
  }
  return undefined;
}
