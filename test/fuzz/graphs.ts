import type { NamedDevice } from '../graphs/check.ts';
import { openGraphDevices, runGraphs } from '../graphs/run.ts';

/**
 * Runs random graphs on every device of this machine. Half of the time goes to the devices that need no adapter and
 * half to WebGPU, with each graph in one kernel variant. Without an adapter the other devices get all of the time.
 *
 * @returns how many of the two failed
 */
export async function tryGraphs(seconds: number, seed: number): Promise<number> {
  const plain = await openGraphDevices(['reference', 'onnx']);
  const webgpu = await openGraphDevices(['webgpu']);
  if (webgpu.length === 0) console.log('no WebGPU adapter: graphs run on the other devices only');
  const share = webgpu.length === 0 ? seconds : seconds / 2;
  let faults = await tryOn(plain, share, seed, false);
  if (webgpu.length > 0) faults += await tryOn(webgpu, share, seed, true);
  for (const { device } of [...plain, ...webgpu]) device.dispose();
  return faults;
}

async function tryOn(
  devices: readonly NamedDevice[],
  seconds: number,
  seed: number,
  inTurn: boolean,
): Promise<number> {
  const began = performance.now();
  const { graphs, nodes, failure } = await runGraphs({ devices, seconds, seed, inTurn });
  const took = ((performance.now() - began) / 1000).toFixed(0);
  const faults = failure === undefined ? 0 : 1;
  console.log(
    `${devices.map(({ name }) => name).join(', ')}: ${graphs} graphs of ${nodes.size} kinds of nodes in ${took} s, seed ${seed}, ${faults} faults`,
  );
  if (failure !== undefined) console.log(`  ${failure.split('\n').join('\n  ')}`);
  return faults;
}
