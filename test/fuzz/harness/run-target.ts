import type { Failure, Report } from './messages.ts';
import { shrinkBytes } from './shrink-bytes.ts';
import type { Files } from './target.ts';
import { WorkerHandle } from './worker-handle.ts';

export interface TargetReport {
  readonly target: string;
  readonly runs: number;
  readonly read: number;
  readonly refused: number;
  readonly slowest: number;
  readonly seconds: number;
  /** One failure of each kind, and its number of occurrences. */
  readonly failures: readonly (Failure & { readonly count: number })[];
}

/** When to stop trying inputs. */
export type Extent = { readonly runs: number } | { readonly seconds: number };

const batchRuns = 250;

/**
 * Tries inputs for one parser.
 *
 * @param seed determines the inputs
 */
export async function runTarget(
  target: string,
  extent: Extent,
  seed: number,
  worker: WorkerHandle,
): Promise<TargetReport> {
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const total = { runs: 0, read: 0, refused: 0, slowest: 0 };
  const failures = new Map<string, Failure & { count: number }>();
  const isDone = (): boolean => ('runs' in extent ? total.runs >= extent.runs : seconds() >= extent.seconds);
  for (let batch = 0; !isDone(); batch++) {
    const runs = 'runs' in extent ? Math.min(batchRuns, extent.runs - total.runs) : batchRuns;
    const order = { order: 'batch', target, seed: batchSeed(seed, batch), runs } as const;
    const report: Report = await worker.run({ ...order, known: [...failures.keys()] });
    total.runs += report.runs;
    total.read += report.read;
    total.refused += report.refused;
    total.slowest = Math.max(total.slowest, report.slowest);
    for (const [kind, count] of Object.entries(report.known)) {
      const known = failures.get(kind);
      if (known) known.count += count;
    }
    const { failure } = report;
    if (!failure) continue;
    const known = failures.get(failure.kind);
    if (known) known.count++;
    else failures.set(failure.kind, { ...(await smaller(target, failure)), count: 1 });
  }
  return { target, ...total, seconds: seconds(), failures: [...failures.values()] };
}

/** Independent seeds of batches. */
const batchSeed = (seed: number, batch: number): number =>
  Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(batch + 1, 0xc2b2ae35);

/** Failures that ended their thread are shrunk from this thread. */
async function smaller(target: string, failure: Failure): Promise<Failure> {
  if (failure.kind !== 'hang' && failure.kind !== 'crash') return failure;
  const worker = new WorkerHandle();
  try {
    const fails = async (files: Files): Promise<boolean> => {
      const report = await worker.run({ order: 'replay', target, files }, 3000);
      return report.failure?.kind === failure.kind;
    };
    return { ...failure, files: await shrinkBytes(failure.files, fails, 40) };
  } finally {
    await worker.close();
  }
}

/** Runs one input again. */
export async function replay(
  target: string,
  files: Files,
  worker: WorkerHandle,
): Promise<Failure | undefined> {
  return (await worker.run({ order: 'replay', target, files })).failure;
}
