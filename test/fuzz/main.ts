// npm run fuzz -- PARSER SECONDS [SEED]
import { availableParallelism } from 'node:os';
import { keep } from './harness/found.ts';
import { runTarget, type TargetReport } from './harness/run-target.ts';
import { WorkerHandle } from './harness/worker-handle.ts';
import { targets } from './targets.ts';

const [name = '', seconds = '60', seed = '1'] = process.argv.slice(2);
const names = name === 'all' ? Object.keys(targets) : [name];
if (
  !names.every((each) => Object.hasOwn(targets, each)) ||
  !(Number(seconds) > 0) ||
  !Number.isInteger(Number(seed))
) {
  console.error('usage: npm run fuzz -- PARSER SECONDS [SEED]; SECONDS are for each parser');
  console.error(`parsers: all, ${Object.keys(targets).join(', ')}`);
  process.exit(2);
}

function show({ target, runs, read, refused, slowest, seconds: took, failures }: TargetReport): void {
  const rate = Math.round(runs / took);
  console.log(
    `${target}: ${runs} inputs in ${took.toFixed(0)} s (${rate}/s), ${read} read, ${refused} refused, slowest ${slowest.toFixed(0)} ms, ${failures.length} faults`,
  );
  for (const failure of failures) {
    console.log(`  ${failure.count} × ${failure.kind}`);
    console.log(`    ${failure.detail.split('\n').slice(0, 4).join('\n    ')}`);
    console.log(`    kept as test/fuzz/found/${keep(target, failure)}`);
  }
}

let inputs = 0;
let faults = 0;
const queue = [...names];
const began = performance.now();
await Promise.all(
  Array.from({ length: Math.min(queue.length, availableParallelism()) }, async () => {
    const worker = new WorkerHandle();
    for (let target = queue.shift(); target !== undefined; target = queue.shift()) {
      const report = await runTarget(target, { seconds: Number(seconds) }, Number(seed), worker);
      show(report);
      inputs += report.runs;
      faults += report.failures.length;
    }
    await worker.close();
  }),
);
if (names.length > 1)
  console.log(
    `${inputs} inputs in ${((performance.now() - began) / 1000).toFixed(0)} s, seed ${seed}: ${faults} faults`,
  );
process.exitCode = faults > 0 ? 1 : 0;
