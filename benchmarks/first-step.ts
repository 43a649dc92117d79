// Measures the seconds from the start of a Node process to the end of its first stage-2 step, on minilm-l6.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from './lib/measure.ts';
import { benchmarkOptions } from './lib/options.ts';
import { report } from './lib/report.ts';

const options = benchmarkOptions({ runs: 3 });
const program = fileURLToPath(new URL('lib/first-step.ts', import.meta.url));
const seconds: number[] = [];
const stages: Record<string, number[]> = {};
for (let run = 0; run < options.runs; run++) {
  const { stdout, status } = spawnSync(
    process.execPath,
    ['--conditions=@scalearn/source', program, options.device, String(options.threads)],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (status !== 0) throw new Error(`the process ended with ${String(status)}`);
  const found = JSON.parse(stdout) as Record<string, number>;
  for (const [stage, time] of Object.entries(found)) {
    stages[stage] ??= [];
    stages[stage].push(time);
  }
  seconds.push(Object.values(found).reduce((a, b) => a + b, 0) / 1000);
}
report({
  name: 'first-step',
  device: options.device,
  value: median(seconds),
  unit: 's',
  threads: options.threads,
  required: 4,
  stageMilliseconds: Object.fromEntries(
    Object.entries(stages).map(([stage, times]) => [stage, median(times)]),
  ),
});
