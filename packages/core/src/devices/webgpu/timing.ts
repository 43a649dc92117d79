import { at } from '../../elements.ts';
import { type GpuContext, usage } from './context.ts';

/** Commands whose time is measured. */
export interface TimedWork {
  /** Records what has to be done before, which is not timed. */
  before(encoder: GPUCommandEncoder): void;
  /** Records what is timed. */
  encode(pass: GPUComputePassEncoder): void;
}

/** How the time of work is found: clocks of the GPU itself, or the time until it reports that it is done. */
export type Clock = 'timestamps' | 'waiting';

/** Which clock a device has. */
export function clockOf({ gpu }: GpuContext): Clock {
  return gpu.features.has('timestamp-query') ? 'timestamps' : 'waiting';
}

/** Pairs of timestamps in one query set: WebGPU allows 4096 queries. */
const mostPairs = 2048;
const queryResolve = 0x200;

/** Does work in order, and returns the milliseconds that each part took on the GPU. */
export async function timeWork(context: GpuContext, work: readonly TimedWork[]): Promise<number[]> {
  if (clockOf(context) === 'waiting') return timeByWaiting(context, work);
  const times: number[] = [];
  for (let begin = 0; begin < work.length; begin += mostPairs)
    times.push(...(await timeByStamps(context, work.slice(begin, begin + mostPairs))));
  // Some drivers offer timestamps that stand still.
  return work.length > 0 && times.every((time) => time === 0) ? timeByWaiting(context, work) : times;
}

async function timeByStamps(context: GpuContext, work: readonly TimedWork[]): Promise<number[]> {
  const { gpu } = context;
  const bytes = work.length * 16;
  const querySet = gpu.createQuerySet({ label: 'times', type: 'timestamp', count: work.length * 2 });
  const resolved = context.createBuffer('times', bytes, queryResolve | usage.copySource);
  const staging = context.createBuffer('times', bytes, usage.mapRead | usage.copyTarget);
  try {
    const encoder = gpu.createCommandEncoder();
    for (const [i, part] of work.entries()) {
      part.before(encoder);
      const pass = encoder.beginComputePass({
        timestampWrites: { querySet, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 },
      });
      part.encode(pass);
      pass.end();
    }
    encoder.resolveQuerySet(querySet, 0, work.length * 2, resolved.buffer, 0);
    encoder.copyBufferToBuffer(resolved.buffer, 0, staging.buffer, 0, bytes);
    gpu.queue.submit([encoder.finish()]);
    const stamps = [...new BigUint64Array(await context.readMapped(staging.buffer, bytes))];
    // A clock that was set back between two stamps says nothing.
    return work.map((_, i) => Math.max(0, Number(at(stamps, 2 * i + 1) - at(stamps, 2 * i)) / 1e6));
  } finally {
    querySet.destroy();
    for (const buffer of [resolved, staging]) context.destroyBuffer(buffer);
  }
}

async function timeByWaiting(context: GpuContext, work: readonly TimedWork[]): Promise<number[]> {
  const { gpu } = context;
  const times: number[] = [];
  for (const part of work) {
    const preparing = gpu.createCommandEncoder();
    part.before(preparing);
    gpu.queue.submit([preparing.finish()]);
    await context.idle();
    const encoder = gpu.createCommandEncoder();
    const pass = encoder.beginComputePass();
    part.encode(pass);
    pass.end();
    const start = performance.now();
    gpu.queue.submit([encoder.finish()]);
    await context.idle();
    times.push(performance.now() - start);
  }
  context.check();
  return times;
}
