import { ReportDataError } from '../errors.ts';
import { type ReportData, type ReportRun, reportDataVersion } from './data.ts';

/**
 * Reads the JSON of a report.
 *
 * @param where what to call it in errors
 * @throws ReportDataError if it is none, damaged, or of another version
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
  const data = value as Partial<ReportData> | null;
  if (typeof data !== 'object' || data?.kind !== 'scalearn-report')
    throw new ReportDataError(`${where} is not the JSON of a report; write one with --format json`);
  if (data.formatVersion !== reportDataVersion)
    throw new ReportDataError(
      `${where} is of format ${JSON.stringify(data.formatVersion)}; this version of scalearn reads ${reportDataVersion}`,
    );
  const damage = damageOf(data);
  if (damage !== undefined)
    throw new ReportDataError(`${where} is damaged: ${damage}; make the report again from its runs`);
  return data as ReportData;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is wrong, in words. */
function damageOf({ title, encoders, tasks, runs, missing }: Partial<ReportData>): string | undefined {
  if (typeof title !== 'string') return 'it has no title';
  if (!isObject(encoders) || !Object.values(encoders).every(isObject))
    return 'encoders is no object of objects';
  if (!isObject(tasks) || !Object.values(tasks).every(isObject)) return 'tasks is no object of objects';
  if (!Array.isArray(missing)) return 'missing is no list';
  if (!Array.isArray(runs)) return 'runs is no list';
  for (const [i, run] of runs.entries()) {
    const field = damagedField(run, { encoders, tasks });
    if (field !== undefined) return `runs[${i}].${field} is not what it must be`;
  }
  return undefined;
}

function damagedField(
  run: ReportRun,
  { encoders, tasks }: Pick<ReportData, 'encoders' | 'tasks'>,
): string | undefined {
  if (!isObject(run)) return 'id';
  const fits: Readonly<Partial<Record<keyof ReportRun, boolean>>> = {
    id: typeof run.id === 'string',
    entry: typeof run.entry === 'string',
    label: typeof run.label === 'string',
    method: typeof run.method === 'string',
    encoder: Object.hasOwn(encoders, run.encoder),
    seed: Number.isSafeInteger(run.seed),
    axes: isObject(run.axes),
    sources: Array.isArray(run.sources),
    scores:
      Array.isArray(run.scores) &&
      run.scores.every((score) => isObject(score.metrics) && Object.hasOwn(tasks, score.task)),
    history: Array.isArray(run.history),
    parameters: isObject(run.parameters),
    seconds: typeof run.seconds === 'number',
    settings: isObject(run.settings),
  };
  return Object.entries(fits).find(([, isFine]) => !isFine)?.[0];
}
