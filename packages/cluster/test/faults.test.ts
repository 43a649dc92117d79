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

  // 3: a folder; workers are killed and frozen, the database restarts. 8: a bucket that hangs; a worker is stopped, one is
  // frozen, another has an older version; the plan is submitted again, twice at once.
  test.each([3, 8])('seed %i', { timeout: 300_000 }, async (seed) => {
    const report = await runSeed(seed, { database, bucket, heartbeatSeconds: 3, faults: 5, width: 6 });
    expect(report.violations, JSON.stringify(report)).toEqual([]);
    expect(report.starts).toBeGreaterThanOrEqual(report.jobs);
  });
});
