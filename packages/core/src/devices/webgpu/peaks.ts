import { unroll, wgsl } from '../../graph/wgsl.ts';
import { type GpuContext, usage } from './context.ts';
import { timeWork } from './timing.ts';

/** What an adapter can do at best, as measured by kernels that do one thing only. */
export interface Peaks {
  /** GFLOP per second of fused multiply-adds in f32. */
  readonly f32: number;
  /** The same in f16; undefined if the adapter does not compute with it. */
  readonly f16?: number;
  /** GB per second read and written by a copy from and to memory. */
  readonly bandwidth: number;
  /** Microseconds that one more dispatch takes in a run of many. */
  readonly dispatch: number;
  /** Microseconds from a submission of almost nothing to the news that it is done. */
  readonly submission: number;
}

const invocations = 256;
const chains = 8;
/** Milliseconds that a kernel should take, so that its start counts little. */
const enough = 10;
const mostRepeats = 4096;

/** Measures the peaks of an adapter, in about a second on a GPU. */
export async function measurePeaks(context: GpuContext): Promise<Peaks> {
  const buffers = [bytesOfCopy(context), bytesOfCopy(context)].map((bytes) =>
    context.createBuffer('peaks', bytes, usage.storage),
  );
  try {
    const bench = new PeakBench(
      context,
      buffers.map(({ buffer }) => buffer),
    );
    const f32 = await bench.arithmetic('f32');
    const f16 = context.gpu.features.has('shader-f16') ? await bench.arithmetic('f16') : undefined;
    const latency = await bench.latency();
    return {
      f32,
      ...(f16 !== undefined && { f16 }),
      bandwidth: await bench.copy(bytesOfCopy(context)),
      ...latency,
    };
  } finally {
    for (const buffer of buffers) context.destroyBuffer(buffer);
  }
}

/** Bytes to copy: more than caches hold, as far as a buffer may be that large. */
const bytesOfCopy = ({ limit }: GpuContext): number => Math.min(2 ** 27, Math.floor(limit / 256) * 256);

class PeakBench {
  readonly #context: GpuContext;
  readonly #buffers: readonly GPUBuffer[];

  constructor(context: GpuContext, buffers: readonly GPUBuffer[]) {
    this.#context = context;
    this.#buffers = buffers;
  }

  /** Returns GFLOP per second: independent chains of multiply-adds of four, which fill every unit. */
  async arithmetic(type: 'f32' | 'f16'): Promise<number> {
    const vector = type === 'f32' ? 'vec4f' : 'vec4h';
    const steps = 256;
    const groups = 1024;
    const kernel = await this.#kernel(wgsl`${type === 'f16' ? 'enable f16;' : ''}
@group(0) @binding(0) var<storage, read_write> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@compute @workgroup_size(${invocations})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let a = ${vector}(x[id.x]) * ${type === 'f16' ? '0.5h' : '0.5f'};
  let b = ${vector}(y[id.x]);
${unroll(chains, (i) => `  var s${i} = b * ${type === 'f16' ? `${i}.0h` : `${i}.0f`};`)}
  for (var step = 0u; step < ${steps}u; step++) {
${unroll(chains, (i) => `    s${i} = fma(s${i}, a, b);`)}
  }
  y[id.x] = vec4f(${Array.from({ length: chains }, (_, i) => `s${i}`).join(' + ')});
}`);
    const flops = 2 * 4 * chains * steps * invocations;
    return await this.#rate(kernel, groups, (count) => (flops * count) / 1e6);
  }

  async copy(bytes: number): Promise<number> {
    const kernel = await this.#kernel(wgsl`
@group(0) @binding(0) var<storage, read_write> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@compute @workgroup_size(${invocations})
fn main(@builtin(global_invocation_id) id: vec3u) { y[id.x] = x[id.x]; }`);
    const groups = Math.min(65535, Math.floor(bytes / 16 / invocations));
    return await this.#rate(kernel, groups, (count) => (2 * 16 * invocations * count) / 1e6);
  }

  async latency(): Promise<Pick<Peaks, 'dispatch' | 'submission'>> {
    const kernel = await this.#kernel(wgsl`
@group(0) @binding(0) var<storage, read_write> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@compute @workgroup_size(1)
fn main(@builtin(global_invocation_id) id: vec3u) { y[id.x] = x[id.x]; }`);
    const waited = async (dispatches: number): Promise<number> => {
      const encoder = this.#context.gpu.createCommandEncoder();
      const pass = encoder.beginComputePass();
      kernel(pass, 1, dispatches);
      pass.end();
      const start = performance.now();
      this.#context.gpu.queue.submit([encoder.finish()]);
      await this.#context.idle();
      return performance.now() - start;
    };
    const best = async (dispatches: number): Promise<number> => {
      let least = Number.POSITIVE_INFINITY;
      for (let round = 0; round < 5; round++) least = Math.min(least, await waited(dispatches));
      return least;
    };
    const [few, many] = [await best(1), await best(257)];
    return { dispatch: Math.max(0, ((many - few) / 256) * 1e3), submission: few * 1e3 };
  }

  /** Returns the best rate of a kernel per millisecond, with as many groups and repetitions as take long enough. */
  async #rate(kernel: PeakKernel, groups: number, work: (groups: number) => number): Promise<number> {
    let [count, repeats] = [Math.min(groups, 16), 1];
    const time = async (): Promise<number> => {
      const encode = (pass: GPUComputePassEncoder): void => kernel(pass, count, repeats);
      const [milliseconds = 0] = await timeWork(this.#context, [{ before: () => {}, encode }]);
      return milliseconds;
    };
    let least = await time();
    while (least < enough && (count < groups || repeats < mostRepeats)) {
      if (count < groups) count = Math.min(groups, count * 8);
      else repeats *= 4;
      least = await time();
    }
    for (let round = 0; round < 3; round++) least = Math.min(least, await time());
    return least > 0 ? (work(count) * repeats) / least : 0;
  }

  async #kernel(code: string): Promise<PeakKernel> {
    const { gpu } = this.#context;
    const module = gpu.createShaderModule({ code });
    const pipeline = await gpu.createComputePipelineAsync({
      layout: 'auto',
      compute: { module, entryPoint: 'main' },
    });
    const entries = this.#buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
    const group = gpu.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    return (pass, groups, repeats) => {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      for (let time = 0; time < repeats; time++) pass.dispatchWorkgroups(groups);
    };
  }
}

type PeakKernel = (pass: GPUComputePassEncoder, groups: number, repeats: number) => void;
