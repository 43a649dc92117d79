import type { Db, PgBoss } from 'pg-boss';
import type { Job } from '../job.ts';
import { type Choice, isLive, type Submission } from '../scheduler.ts';
import { priorities } from './priority.ts';
import { idOf, readRows, rowOf } from './rows.ts';
import { addEdges, forgetEdges, lockSubmissions, setCounts } from './tables.ts';

/**
 * Inserts the jobs of a plan that are neither done nor queued, with every edge to a job that is not done.
 *
 * @param db of a transaction
 */
export async function insertPlan(
  boss: PgBoss,
  db: Db,
  queue: string,
  jobs: readonly Job[],
  { done = new Set(), only }: Choice,
): Promise<Submission> {
  await lockSubmissions(db);
  const rows = await readRows(boss, queue, db);
  const live = new Set(rows.filter(isLive).map(({ job }) => job.key));
  const open = jobs.filter(({ key }) => !done.has(key) && (only?.has(key) ?? true));
  const fresh = open.filter(({ key }) => !live.has(key));
  const added = new Set(fresh.map(({ key }) => key));
  if (fresh.length > 0) {
    const ids = fresh.map(({ key }) => idOf(queue, key));
    await boss.deleteJob(queue, ids, { db });
    await forgetEdges(db, ids);
    const urgency = priorities(jobs);
    const flow = fresh.map((job) => {
      const { data, ...row } = rowOf(queue, job);
      const dependsOn = job.parents.filter((parent) => added.has(parent));
      const options = { ...row, priority: urgency.get(job.key) ?? 0 };
      return { ref: job.key, name: queue, data, options, dependsOn };
    });
    // `flow` takes nothing without an edge.
    if (flow.some(({ dependsOn }) => dependsOn.length > 0)) await boss.flow(flow, { db });
    else {
      const plain = flow.map(({ data, options }) => ({ ...options, data }));
      await boss.insert(queue, plain, { db });
    }
    // A worker that still holds an attempt of the deleted row must not take the new one for its own.
    const before = rows.filter(({ job }) => added.has(job.key));
    if (before.length > 0)
      await setCounts(
        db,
        queue,
        before.map(({ id, retryCount }) => ({ id, count: retryCount + 1 })),
      );
    const edges = fresh.flatMap(({ key, parents }) =>
      [...new Set(parents)]
        .filter((parent) => live.has(parent) && !done.has(parent))
        .map((parent) => ({ child: idOf(queue, key), parent: idOf(queue, parent) })),
    );
    if (edges.length > 0) await addEdges(db, queue, edges);
  }
  return {
    added: [...added],
    queued: open.filter(({ key }) => live.has(key)).map(({ key }) => key),
  };
}
