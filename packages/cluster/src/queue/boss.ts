import { PgBoss } from 'pg-boss';
import { QueueError } from '../errors.ts';
import { asQueueError } from './database-error.ts';
import { schema } from './tables.ts';
import type { DatabaseUrl } from './url.ts';

/** Opens pg-boss, and makes its tables if there are none. @throws QueueError */
export async function openBoss(url: DatabaseUrl, heartbeatSeconds: number): Promise<PgBoss> {
  const boss = bossOf(url, heartbeatSeconds, false);
  try {
    await boss.start();
    return boss;
  } catch (error) {
    await closeBoss(boss);
    const message = error instanceof Error ? error.message : '';
    if (message === 'pg-boss database requires migrations') throw otherVersion(url, error);
    if (message !== 'pg-boss is not installed') throw asQueueError(error, url.where);
  }
  const maker = bossOf(url, heartbeatSeconds, true);
  try {
    await maker.start();
    return maker;
  } catch (error) {
    await closeBoss(maker);
    throw asQueueError(error, url.where);
  }
}

/** Closes pg-boss without waiting for anything: what is not settled is taken by another worker. */
export async function closeBoss(boss: PgBoss): Promise<void> {
  await boss.stop({ graceful: false, timeout: 1000 }).catch(() => {});
}

function bossOf({ connection }: DatabaseUrl, heartbeatSeconds: number, migrate: boolean): PgBoss {
  const boss = new PgBoss({
    ...{ connectionString: connection, application_name: 'scalearn', max: 3 },
    ...{ schema, migrate, schedule: false, useListenNotify: false },
    // Every open queue looks for workers that are dead, and for jobs whose parents are complete.
    superviseIntervalSeconds: Math.max(1, Math.floor(heartbeatSeconds / 3)),
    monitorIntervalSeconds: Math.max(1, Math.floor(heartbeatSeconds / 3)),
    ...{ flowIntervalSeconds: 2, monitorVacuum: false, reindex: false },
    openTelemetry: { enabled: false },
  });
  // What fails in the background fails again, with an error, in the calls.
  boss.on('error', () => {});
  return boss;
}

const otherVersion = ({ where }: DatabaseUrl, cause: unknown): QueueError =>
  new QueueError(
    'schema',
    `${where}: the queue's tables are those of another version; use that version, or delete them with DROP SCHEMA ${schema} CASCADE and submit again: results are in the store`,
    { cause },
  );
