// tries N inputs for given targets, no keeping
import { runTarget } from '/work/wtF/test/fuzz/harness/run-target.ts';
import { WorkerHandle } from '/work/wtF/test/fuzz/harness/worker-handle.ts';
import { targets } from '/work/wtF/test/fuzz/targets.ts';
const [n, ...names] = process.argv.slice(2);
const w = new WorkerHandle();
for (const name of names.length ? names : Object.keys(targets)) {
  try {
  const r = await runTarget(name, { runs: Number(n) }, 1, w);
  console.log(`${name}: ${r.runs} in ${r.seconds.toFixed(1)} s (${Math.round(r.runs / r.seconds)}/s) read ${r.read} refused ${r.refused} slowest ${r.slowest.toFixed(0)} faults ${r.failures.length}`);
  for (const f of r.failures) { console.log(`   ${f.count} x ${f.kind} | ${f.detail.slice(0, 400).replace(/\n/g, ' ')}`); console.log('      ', Object.entries(f.files).filter(([k]) => !/\.(safetensors|bin)$/.test(k)).map(([k, b]) => k + '=' + JSON.stringify(Buffer.from(b).toString().slice(0, 200))).join(' ').slice(0, 500)); }
  } catch (e) { console.log(name, 'BROKEN', String(e).slice(0, 600)); await w.close(); }
}
await w.close();
