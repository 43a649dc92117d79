// Compares the stage-2 step with the same step in PyTorch on the CPU, in turn: ratios of real tokens per second.
import { openDevice } from './lib/device.ts';
import { inTurn, median } from './lib/measure.ts';
import { benchmarkOptions } from './lib/options.ts';
import { explain, report } from './lib/report.ts';
import { stage2 } from './lib/stage2.ts';
import { type Speed, torchMissing, torchScript, torchSpeed } from './lib/torch.ts';

const options = benchmarkOptions({ runs: 5 });
const { threads, runs } = options;
const missing = torchMissing();
if (missing) {
  explain(`against-torch compares nothing: ${missing}`);
} else {
  await using device = await openDevice(options);
  const { rows, step } = await stage2(device);
  await step.run();
  const speed = async (): Promise<Speed> => {
    const [times] = (await inTurn([() => step.run()], runs)) as [number[]];
    const perSecond = (milliseconds: number): number => (rows.tokens / milliseconds) * 1000;
    return { median: perSecond(median(times)), best: perSecond(Math.min(...times)) };
  };
  const pairs: { readonly padding: number; readonly ours: Speed; readonly theirs: Speed }[] = [];
  // Each PyTorch measurement directly follows one of ours, so that both of a ratio have the same load.
  for (let round = 0; round < 3; round++)
    for (const padding of [128, 0])
      pairs.push({ padding, ours: await speed(), theirs: torchSpeed(threads, padding) });
  for (const padding of [128, 0]) {
    const own = pairs.filter((pair) => pair.padding === padding);
    const of = (side: 'ours' | 'theirs', what: keyof Speed): number[] => own.map((pair) => pair[side][what]);
    const ratios = own.map(({ ours, theirs }) => ours.median / theirs.median);
    report({
      name: 'against-torch',
      device: options.device,
      value: median(ratios),
      unit: 'ratio',
      baseline: `${torchScript.split('/').at(-1)} ${threads} ${padding}`,
      ratios: ratios.map((ratio) => Number(ratio.toPrecision(3))),
      // Ratio of the fastest steps: an estimate for a machine without other load.
      bestRatio: Math.max(...of('ours', 'best')) / Math.max(...of('theirs', 'best')),
      bestTokensPerSecond: Math.round(Math.max(...of('ours', 'best'))),
      baselineBestTokensPerSecond: Math.round(Math.max(...of('theirs', 'best'))),
      threads,
      required: padding === 0 ? 2.2 : 3,
    });
  }
}
