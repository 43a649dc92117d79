// The stage-2 step against the same step in PyTorch on the CPU, run in turn: ratios of real tokens a second.
import { openDevice } from './lib/device.ts';
import { inTurn, median } from './lib/measure.ts';
import { benchmarkOptions } from './lib/options.ts';
import { explain, report } from './lib/report.ts';
import { stage2 } from './lib/stage2.ts';
import { torchMissing, torchScript, torchTokensPerSecond } from './lib/torch.ts';

const options = benchmarkOptions({ runs: 5 });
const { threads, runs } = options;
const missing = torchMissing();
if (missing) {
  explain(`against-torch compares nothing: ${missing}`);
} else {
  await using device = await openDevice(options);
  const { rows, step } = await stage2(device);
  await step.run();
  const paddings = [128, 0];
  const ours: number[] = [];
  const theirs = paddings.map((): number[] => []);
  // Ours before every one of theirs, so that a change in the machine's load meets both.
  for (let round = 0; round < 3; round++)
    for (const [i, padding] of paddings.entries()) {
      const [times] = (await inTurn([() => step.run()], runs)) as [number[]];
      ours.push((rows.tokens / median(times)) * 1000);
      (theirs[i] as number[]).push(torchTokensPerSecond(threads, padding));
    }
  for (const [i, padding] of paddings.entries())
    report({
      name: 'against-torch',
      device: options.device,
      value: median(ours) / median(theirs[i] as number[]),
      unit: 'ratio',
      baseline: `${torchScript.split('/').at(-1)} ${threads} ${padding}`,
      tokensPerSecond: Math.round(median(ours)),
      baselineTokensPerSecond: Math.round(median(theirs[i] as number[])),
      threads,
      required: padding === 0 ? 2.2 : 3,
    });
}
