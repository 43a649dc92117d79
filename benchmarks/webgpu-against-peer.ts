// Compares the step of stage2-step on WebGPU with the same graph in onnxruntime-web's WebGPU provider; takes minutes.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { requestWebGPUDevice } from '@scalearn/core';
import { inTurn, median } from './lib/measure.ts';
import { benchmarkOptions } from './lib/options.ts';
import { explain, report } from './lib/report.ts';
import { stage2 } from './lib/stage2.ts';

const options = benchmarkOptions({ runs: 2 });
const device = await requestWebGPUDevice();
if (!device) {
  explain('webgpu-against-peer measures nothing: there is no WebGPU adapter');
} else {
  const { rows, step } = await stage2(device);
  for (let warm = 0; warm < 3; warm++) await step.run();
  const ours = async (): Promise<number[]> =>
    ((await inTurn([() => step.run()], options.runs)) as [number[]])[0];
  const before = await ours();
  const program = fileURLToPath(new URL('lib/peer-webgpu.ts', import.meta.url));
  const { stdout, status } = spawnSync(
    process.execPath,
    // The first step is left out: it compiles shaders.
    ['--conditions=@scalearn/source', program, String(options.runs + 1)],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const after = await ours();
  if (status !== 0) throw new Error(`onnxruntime-web did not run: the process ended with ${String(status)}`);
  const peer = (JSON.parse(stdout.trim().split('\n').at(-1) as string) as number[]).slice(1);
  const milliseconds = median([...before, ...after]);
  report({
    name: 'webgpu-against-peer',
    device: 'webgpu',
    adapter: device.description,
    value: median(peer) / milliseconds,
    unit: 'ratio of time',
    peer: 'onnxruntime-web, WebGPU provider',
    milliseconds,
    peerMilliseconds: median(peer),
    tokens: rows.tokens,
    goal: 1.5,
  });
  device.dispose();
}
