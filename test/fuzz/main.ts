// npm run fuzz -- PARSER SECONDS [SEED]
import { availableParallelism } from 'node:os';
import { tryGraphs } from './graphs.ts';
import { keep } from './harness/found.ts';
import { runTarget, type TargetReport } from './harness/run-target.ts';
import { WorkerPool } from './harness/worker-pool.ts';
import { targets } from './targets.ts';

const [name = '', seconds = '60', seed = '1'] = process.argv.slice(2);
const names = name === 'all' ? Object.keys(targets) : [name];
if (
  !(name === 'graphs' || names.every((each) => Object.hasOwn(targets, each))) ||
  !(Number(seconds) > 0) ||
  !Number.isInteger(Number(seed))
) {
  console.error('usage: npm run fuzz -- PARSER SECONDS [SEED]; SECONDS are for each parser');
  console.error(`parsers: all, ${Object.keys(targets).join(', ')}`);
  console.error('or graphs: random graphs on every device of this machine');
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

async function tryTargets(): Promise<number> {
  const began = performance.now();
  const pool = new WorkerPool(availableParallelism());
  let inputs = 0;
  let faults = 0;
  await Promise.all(
    names.map((target) =>
      pool.use(async (worker) => {
        const report = await runTarget(target, { seconds: Number(seconds) }, Number(seed), worker);
        show(report);
        inputs += report.runs;
        faults += report.failures.length;
      }),
    ),
  );
  await pool.close();
  const took = (performance.now() - began) / 1000;
  if (names.length > 1)
    console.log(`${inputs} inputs in ${took.toFixed(0)} s, seed ${seed}: ${faults} faults`);
  return faults;
}

const faults = name === 'graphs' ? await tryGraphs(Number(seconds), Number(seed)) : await tryTargets();
process.exitCode = faults > 0 ? 1 : 0;
