// Experiments on three workers under faults that a seed draws, checked by their history. `npm run faults` runs any number.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runSeed } from './faults/seed.ts';
import { type BucketServer, bucketNeed, startBucketServer } from './support/bucket-server.ts';
import { type Database, databaseNeed, startDatabase } from './support/database.ts';
import { describeWith } from './support/needs.ts';

describeWith('faults', [databaseNeed, bucketNeed], () => {
  let database: Database;
  let bucket: BucketServer;
  beforeAll(async () => {
    database = await startDatabase();
    bucket = await startBucketServer();
  });
  afterAll(async () => {
    await bucket.stop();
    database.stop();
  });

  // 19: a folder whose disk is full for a while; a worker is frozen, one is stopped. 20: a bucket that fails for a while; a
  // worker is killed, the database restarts, a clock is set. In both, the plan is submitted again, twice at once.
  test.each([19, 20])('seed %i', { timeout: 300_000 }, async (seed) => {
    const report = await runSeed(seed, { database, bucket, heartbeatSeconds: 3, faults: 5, width: 8 });
    expect(report.violations, JSON.stringify(report)).toEqual([]);
    expect(report.starts).toBeGreaterThanOrEqual(report.jobs);
  });
});
