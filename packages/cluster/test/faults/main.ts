// `npm run faults -- SEED...` runs experiments under the faults that each seed draws; `FROM-TO` is a range of seeds.
// `grid` simulates the paper's grid. `--slow` has the times of real use: heartbeats of 10 seconds, freezes of 45.
import { fileURLToPath } from 'node:url';
import { bucketNeed, startBucketServer } from '../support/bucket-server.ts';
import { databaseNeed, startDatabase } from '../support/database.ts';
import { simulateGrid } from './grid.ts';
import { runSeed } from './seed.ts';

process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
  new URL('../../../../node_modules/.cache/node-compile', import.meta.url),
);

const words = process.argv.slice(2);
const isSlow = words.includes('--slow');
const seeds = words.flatMap((word) => {
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(word) ?? [];
  if (from === undefined) return [];
  return Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => Number(from) + i);
});
const doesGrid = words.includes('grid');
if (seeds.length === 0 && !doesGrid) {
  console.error('usage: npm run faults -- [--slow] [grid] SEED|FROM-TO...');
  process.exit(2);
}
for (const missing of [databaseNeed, bucketNeed])
  if (missing !== undefined) {
    console.error(`npm run faults ${missing}`);
    process.exit(1);
  }

// Nothing is left of an interrupted run.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
let failed = 0;
const database = await startDatabase();
const bucket = await startBucketServer();
const times = isSlow
  ? { heartbeatSeconds: 10, faults: 8, width: 16 }
  : { heartbeatSeconds: 3, faults: 5, width: 8 };
if (doesGrid) {
  const report = await simulateGrid(database, 8);
  console.log(JSON.stringify(report));
  failed += report.violations.length;
}
for (const seed of seeds) {
  const report = await runSeed(seed, { database, bucket, ...times });
  console.log(JSON.stringify(report));
  if (report.violations.length > 0) failed++;
}
await bucket.stop();
database.stop();
console.log(`${seeds.length} seeds, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
