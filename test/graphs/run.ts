import { ReferenceDevice, requestWebGPUDevice } from '@scalearn/core';
import { kernelVariants } from '@scalearn/core/graph';
import { requestOnnxDevice } from '@scalearn/onnx';
import fc from 'fast-check';
import { checkTape, type NamedDevice } from './check.ts';
import { operationNames, randomGraph } from './random-graph.ts';
import { type Tape, tapes } from './tape.ts';

export interface GraphRun {
  /** Number of graphs, or how long to run. At least one graph is tried. */
  readonly count?: number;
  readonly seconds?: number;
  readonly seed: number;
  readonly devices: readonly NamedDevice[];
  /** Whether each graph runs on only one device, in turn, for devices that compile slowly. */
  readonly inTurn?: boolean;
  /** Maximum number of operations of a graph. */
  readonly operations?: number;
  readonly onGraph?: (done: number) => void;
}

export interface GraphReport {
  /** Number of checked graphs, without those whose values leave the range of f32. */
  readonly graphs: number;
  /** Number of graphs that contain each operation. */
  readonly operations: Readonly<Record<string, number>>;
  /** The nodes of the graphs, including gradients: names of operations as devices see them. */
  readonly nodes: ReadonlySet<string>;
  /** The smallest graph that failed, and why. */
  readonly failure?: string;
}

const secondsToShrink = 15;

/** Runs random graphs on devices and checks values, gradients, other batches, and bitwise repeatability. */
export async function runGraphs(run: GraphRun): Promise<GraphReport> {
  const { seed, devices, count = Number.MAX_SAFE_INTEGER, seconds, inTurn = false, operations = 12 } = run;
  const counts: Record<string, number> = Object.fromEntries(operationNames.map((name) => [name, 0]));
  const nodes = new Set<string>();
  let graphs = 0;
  let failedAt: number | undefined;
  const property = fc.asyncProperty(tapes(operations), async (tape) => {
    // Shrinking ends when the time is up: further graphs count as passed.
    if (failedAt !== undefined && performance.now() - failedAt > 1000 * secondsToShrink) return;
    const tried = inTurn ? devices.filter((_, i) => i === tape.turn % devices.length) : devices;
    const built = await checkTape(tape, tried).catch((error: unknown) => {
      failedAt ??= performance.now();
      throw error;
    });
    fc.pre(built !== undefined);
    if (failedAt !== undefined) return;
    for (const name of built?.operations ?? []) counts[name] = (counts[name] as number) + 1;
    for (const { operation } of built?.order ?? []) nodes.add(operation.name);
    graphs++;
    run.onGraph?.(graphs);
  });
  const result = await fc.check(property, {
    seed,
    numRuns: count,
    maxSkipsPerRun: 1000,
    ...(seconds === undefined
      ? {}
      : { interruptAfterTimeLimit: seconds * 1000, markInterruptAsFailure: false }),
  });
  const report = { graphs, operations: counts, nodes };
  if (!result.failed) return report;
  const [tape] = result.counterexample ?? [];
  return { ...report, failure: `${describe(tape)}\n${String(result.errorInstance)}` };
}

function describe(tape: Tape | undefined): string {
  if (!tape) return 'too few graphs could be judged';
  const nodes = randomGraph(tape).order.map((node) => {
    const inputs = node.inputs.map((t) => `#${t.node.id}`).join(' ');
    const outputs = node.outputs.map((t) => `[${t.shape}]`).join(' ');
    return `  #${node.id} ${node.operation.name} ${inputs} -> ${outputs} ${JSON.stringify(node.attributes)}`;
  });
  return `tape ${JSON.stringify(tape)}\n${nodes.join('\n')}`;
}

/**
 * Returns the number of graphs of a test, and its seed. `SCALEARN_GRAPHS=2000:7` sets 2000 graphs with the seed 7.
 *
 * @param count default number of graphs
 */
export function graphSettings(count: number): { readonly count: number; readonly seed: number } {
  const [graphs = '', seed = ''] = (process.env.SCALEARN_GRAPHS ?? '').split(':');
  return { count: graphs === '' ? count : Number(graphs), seed: seed === '' ? 20 : Number(seed) };
}

/** Opens every device of this machine, with WebGPU in every kernel variant if there is an adapter. */
export async function openGraphDevices(
  kinds: readonly ('reference' | 'onnx' | 'webgpu')[] = ['reference', 'onnx', 'webgpu'],
): Promise<NamedDevice[]> {
  const devices: NamedDevice[] = [];
  if (kinds.includes('reference'))
    devices.push({ name: 'reference in float32', device: new ReferenceDevice('float32') });
  if (kinds.includes('onnx')) devices.push({ name: 'onnx', device: await requestOnnxDevice({ threads: 1 }) });
  if (kinds.includes('webgpu'))
    for (const forceVariant of kernelVariants) {
      const device = await requestWebGPUDevice({ forceVariant }).catch(() => undefined);
      if (device) devices.push({ name: `webgpu, variant '${forceVariant}'`, device });
    }
  return devices;
}
