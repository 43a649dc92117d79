// The paper's grid in simulation: thousands of jobs of milliseconds, and workers of which some are killed and frozen.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Queue } from '../../src/queue/queue.ts';
import { openStore } from '../../src/store/store.ts';
import type { Database } from '../support/database.ts';
import { expectedModels } from '../support/expected-models.ts';
import { violations } from '../support/history.ts';
import { Fleet } from './fleet.ts';
import { gridPlan } from './plan.ts';
import { Draw } from './random.ts';
import { countSilences, readLog, readResults } from './seed.ts';

const submitter = fileURLToPath(new URL('submitter.ts', import.meta.url));

export interface GridReport {
  /** What the submission took. */
  readonly submission: {
    readonly jobs: number;
    readonly edges: number;
    readonly seconds: number;
    readonly megabytes: number;
  };
  /** Seconds of the workers. */
  readonly seconds: number;
  readonly starts: number;
  readonly interrupted: number;
  readonly violations: readonly string[];
}

export async function simulateGrid(database: Database, workers: number): Promise<GridReport> {
  const scratch = mkdtempSync(join(tmpdir(), 'scalearn-grid-'));
  const location = join(scratch, 'store');
  const url = database.create(`grid-${process.pid}`);
  const log = join(scratch, 'log.jsonl');
  const jobs = gridPlan();
  const draw = new Draw(1);
  const fleet = new Fleet({
    ...{ database: url, store: location, environment: {}, numerics: '1', heartbeatSeconds: 3, log, scratch },
  });
  const said = execFileSync(process.execPath, ['--conditions=@scalearn/source', submitter, url, location]);
  const submission: GridReport['submission'] = JSON.parse(said.toString());
  const began = performance.now();
  const queue = await Queue.open(url, { numerics: '1', heartbeatSeconds: 3 });
  try {
    for (let i = 0; i < workers; i++) fleet.start(1);
    let interrupted = 0;
    const deadline = performance.now() + 900_000;
    for (let tick = 0; !(await queue.isEmpty()) && performance.now() < deadline; tick++) {
      if (tick % 5 === 4 && tick < 40) interrupted += fleet.hit((from) => draw.pick(from), 'SIGKILL');
      if (tick % 10 === 9 && tick < 40) interrupted += fleet.freeze((from) => draw.pick(from), 10_000);
      while (fleet.living < workers) fleet.start(1);
      await setTimeout(1000);
    }
    while (fleet.areFrozen) await setTimeout(100);
    await setTimeout(500);
    await fleet.stop('SIGTERM');
    const seconds = (performance.now() - began) / 1000;
    const events = readLog(log);
    const store = await openStore(location);
    const results = await readResults(
      store,
      jobs.map(({ key }) => key),
      scratch,
    );
    const limits = [
      ...(submission.seconds > 10 ? [`the submission took ${submission.seconds} seconds`] : []),
      ...(submission.megabytes > 500 ? [`the submission needed ${submission.megabytes} MB`] : []),
    ];
    return {
      ...{ submission, seconds, interrupted, starts: events.filter(({ event }) => event === 'start').length },
      violations: [
        ...limits,
        ...violations({
          jobs,
          events,
          results,
          expected: expectedModels(jobs),
          interrupted: interrupted + countSilences(log),
        }),
        ...fleet.failures,
      ],
    };
  } finally {
    await fleet.stop('SIGKILL');
    await queue.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}
