// Measures the cost of padding: the stage-2 step on 32 rows of exactly 128 tokens against the unpadded rows.
//
// The library cannot pad: a batch is ragged and has no attention mask. The padded step is therefore simulated by
// sequences that really have 128 tokens. Its work equals that of a padded step that does not skip masked positions.
// Frameworks that pad do not skip them either.
import { scalearn } from '@scalearn/core';
import { openDevice } from './lib/device.ts';
import { inTurn, median } from './lib/measure.ts';
import { benchmarkOptions } from './lib/options.ts';
import { report } from './lib/report.ts';
import { rowsOf } from './lib/rows.ts';
import { randomSources } from './lib/sources.ts';
import { stage2 } from './lib/stage2.ts';
import { Step } from './lib/step.ts';

const options = benchmarkOptions();
await using device = await openDevice(options);
const { encoder, rows, step } = await stage2(device);
const length = 128;
const full = rows.texts.map(({ inputIds }) => ({
  inputIds: Int32Array.from({ length }, (_, i) => inputIds[i % inputIds.length] as number),
}));
const padded = await Step.create(
  encoder,
  scalearn({ sources: randomSources(encoder.architecture, 8, 24) }),
  rowsOf(full, rows.labels),
);

await step.run();
await padded.run();
const [ragged, wide] = (await inTurn([() => step.run(), () => padded.run()], options.runs)) as [
  number[],
  number[],
];
report({
  name: 'ragged-vs-padded',
  device: options.device,
  value: median(wide) / median(ragged),
  unit: 'ratio of time',
  raggedMilliseconds: median(ragged),
  paddedMilliseconds: median(wide),
  tokens: rows.tokens,
  paddedTokens: length * rows.texts.length,
  threads: options.threads,
});
