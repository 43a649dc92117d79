import type { Db } from 'pg-boss';
import * as v from 'valibot';

// What the interface of pg-boss has no call for. These are the only statements of our own on its tables; its version is
// fixed, and tests run each of them.

/** The schema of the queue. It is not that of other programs that use pg-boss. */
export const schema = 'scalearn';

/** Fifty years in seconds. pg-boss takes no more than a day for a job, and a training may take longer. */
const forever = 1_577_880_000;

/** Sets the limits of a queue: a job never expires while its worker sends heartbeats. */
export async function setLimits(db: Db, queue: string, heartbeatSeconds: number): Promise<void> {
  await db.executeSql(
    `UPDATE ${schema}.queue SET expire_seconds = $2, heartbeat_seconds = $3, retry_limit = $4 WHERE name = $1`,
    [queue, forever, heartbeatSeconds, 1_000_000_000],
  );
}

/** Lets only one submission at a time read what is queued, and add to it. The lock ends with the transaction. */
export async function lockSubmissions(db: Db): Promise<void> {
  await db.executeSql(`SELECT pg_advisory_xact_lock(hashtext('${schema}.submit'))`);
}

/** Forgets what jobs that are to be inserted anew waited for before. */
export async function forgetEdges(db: Db, ids: readonly string[]): Promise<void> {
  await db.executeSql(`DELETE FROM ${schema}.job_dependency WHERE child_id = ANY($1::uuid[])`, [ids]);
}

/** An edge between jobs by their ids. */
export interface Edge {
  readonly child: string;
  readonly parent: string;
}

/**
 * Lets new jobs wait for jobs of earlier submissions. (`flow()` takes only edges between the jobs that it inserts.) A parent
 * that ended meanwhile is not waited for.
 */
export async function addEdges(db: Db, queue: string, edges: readonly Edge[]): Promise<void> {
  await db.executeSql(
    `WITH edges AS (
       SELECT child, parent FROM json_to_recordset($2::json) AS x (child uuid, parent uuid)
     ), parents AS (
       SELECT id FROM ${schema}.job
       WHERE name = $1 AND id IN (SELECT parent FROM edges) AND state < 'completed'
       ORDER BY id FOR UPDATE
     ), added AS (
       INSERT INTO ${schema}.job_dependency (child_name, child_id, parent_name, parent_id)
       SELECT $1, child, $1, parent FROM edges WHERE parent IN (SELECT id FROM parents)
       RETURNING child_id
     ), counts AS (
       SELECT child_id, COUNT(*)::int AS n FROM added GROUP BY child_id
     ), blocking AS (
       UPDATE ${schema}.job SET blocking = true WHERE name = $1 AND id IN (SELECT id FROM parents)
     )
     UPDATE ${schema}.job j
     SET blocked = true, pending_dependencies = j.pending_dependencies + c.n
     FROM counts c WHERE j.name = $1 AND j.id = c.child_id`,
    [queue, JSON.stringify(edges)],
  );
}

/** Sets how many attempts new jobs had before they were inserted. */
export async function setCounts(
  db: Db,
  queue: string,
  counts: readonly { readonly id: string; readonly count: number }[],
): Promise<void> {
  await db.executeSql(
    `UPDATE ${schema}.job j SET retry_count = x.count
     FROM json_to_recordset($2::json) AS x (id uuid, count int) WHERE j.name = $1 AND j.id = x.id`,
    [queue, JSON.stringify(counts)],
  );
}

/** Decides what failing a job does next: it ends for good, or it waits for the next worker. */
export async function setRetry(
  db: Db,
  queue: string,
  job: { readonly id: string; readonly retryCount: number },
  { isLast, delay }: { readonly isLast: boolean; readonly delay: number },
): Promise<void> {
  await db.executeSql(
    `UPDATE ${schema}.job SET retry_delay = $4, retry_limit = CASE WHEN $5 THEN retry_count ELSE retry_limit END
     WHERE name = $1 AND id = $2 AND retry_count = $3 AND state = 'active'`,
    [queue, job.id, job.retryCount, delay, isLast],
  );
}

/** Returns whether any job of a queue waits, is ready or runs, of those that a kind of device may train. */
export async function hasLive(db: Db, queue: string, deviceKind: string | undefined): Promise<boolean> {
  const { rows } = await db.executeSql(
    `SELECT 1 FROM ${schema}.job
     WHERE name = $1 AND state < 'completed' AND ($2::text IS NULL OR group_id IS NULL OR group_id = $2) LIMIT 1`,
    [queue, deviceKind ?? null],
  );
  return rows.length > 0;
}

/** Returns the kinds of devices that jobs need which wait or are ready. */
export async function neededKinds(db: Db, queue: string): Promise<string[]> {
  const { rows } = await db.executeSql(
    `SELECT DISTINCT group_id AS kind FROM ${schema}.job
     WHERE name = $1 AND state < 'active' AND group_id IS NOT NULL`,
    [queue],
  );
  return v.parse(v.array(v.object({ kind: v.string() })), rows).map(({ kind }) => kind);
}
