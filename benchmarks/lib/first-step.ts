// Program that first-step starts in its own process: takes one step of stage 2 and prints when each phase was done.
import { scalearn } from '@scalearn/core';
import { loadEncoder } from '@scalearn/encoders';
import { openDevice } from './device.ts';
import { encoderFolder } from './places.ts';
import { rteRows } from './rows.ts';
import { randomSources } from './sources.ts';
import { Step } from './step.ts';

const stages: Record<string, number> = {};
let last = 0;
/** Prints the time of a phase. performance.now() counts from the start of the process. */
const done = (stage: string): void => {
  const now = performance.now();
  stages[stage] = Math.round(now - last);
  last = now;
};

done('imports');
const [device = 'onnx', threads = '2'] = process.argv.slice(2);
await using opened = await openDevice({ device, threads: Number(threads) });
done('device');
const encoder = await loadEncoder(encoderFolder, { device: opened });
done('encoder');
const rows = await rteRows(encoder);
done('task');
const sources = randomSources(encoder.architecture, 8, 24);
done('sources');
const step = await Step.create(encoder, scalearn({ sources }), rows);
done('compile');
await step.run();
done('step');
console.log(JSON.stringify(stages));
