import { gradients } from '../../src/autodiff/gradient.ts';
import type { Device, HostArray } from '../../src/devices/device.ts';
import { graphInputs, topologicalOrder } from '../../src/graph/graph.ts';
import { input } from '../../src/graph/leaves.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import { multiply, sum } from '../../src/ops/arithmetic.ts';

export { relativeDifference } from '../../src/testing.ts';

import { caseValues, dims, integers, type OperationCase } from './cases.ts';

/** The case's result, a loss that weighs its elements unevenly, and the loss's gradients. */
export function caseGraph(c: OperationCase): { outputs: Record<string, Tensor> } {
  const x = Object.fromEntries(Object.entries(c.floats).map(([name, shape]) => [name, input(name, shape)]));
  const y = c.build(x);
  const loss = sum(multiply(y, input('weights', y.shape)));
  const outputs: Record<string, Tensor> = { y, loss };
  if (c.fixed) return { outputs };
  const names = Object.keys(c.floats);
  for (const [i, gradient] of gradients(
    loss,
    names.map((n) => x[n] as Tensor),
  ).entries())
    outputs[`d ${names[i]}`] = gradient;
  return { outputs };
}

/** All inputs the graph takes. */
function caseFeeds(
  c: OperationCase,
  graph: { outputs: Record<string, Tensor> },
  size: number,
): Record<string, HostArray> {
  const names = graphInputs(topologicalOrder(graph));
  const weights = Float32Array.from({ length: size }, (_, i) => Math.sin(1 + i * 0.7));
  const all: Record<string, HostArray> = { ...integers, ...caseValues(c), weights };
  return Object.fromEntries([...names.keys()].map((name) => [name, all[name] as HostArray]));
}

function resultSize(c: OperationCase): number {
  const y = c.build(
    Object.fromEntries(Object.entries(c.floats).map(([name, shape]) => [name, input(name, shape)])),
  );
  return y.shape.reduce<number>((n, d) => n * (typeof d === 'number' ? d : (dims[d] as number)), 1);
}

/** Runs a case on a device. */
export async function runCase(device: Device, c: OperationCase): Promise<Record<string, HostArray>> {
  const graph = caseGraph(c);
  const program = await device.compile(graph, { label: c.name });
  try {
    return await program.run(caseFeeds(c, graph, resultSize(c)));
  } finally {
    program.dispose();
  }
}
