import type { CompileOptions, Device, Program } from '../devices/device.ts';
import type { Graph } from '../graph/graph.ts';

/** Compiles a graph. Beginning and end are told even where the device says nothing in between. */
export async function compileWithProgress(
  device: Device,
  graph: Graph,
  options: CompileOptions,
): Promise<Program> {
  options.onProgress?.(0, 1);
  const program = await device.compile(graph, options);
  options.onProgress?.(1, 1);
  return program;
}
