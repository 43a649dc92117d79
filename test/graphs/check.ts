import { type Device, type HostArray, ReferenceDevice } from '@scalearn/core';
import { sameBits } from '@scalearn/core/testing';
import { type Feeds, type RandomGraph, randomGraph } from './random-graph.ts';
import { type Expected, expectedResults } from './rounding.ts';
import type { Tape } from './tape.ts';

export interface NamedDevice {
  readonly name: string;
  readonly device: Device;
}

/** A wrong result of a device. */
class GraphFailure extends Error {
  override name = 'GraphFailure';
}

const oracle = new ReferenceDevice('float64');

/** Returns whether the graph could be checked. Throws a GraphFailure if a device or a gradient is wrong. */
export async function checkTape(
  tape: Tape,
  devices: readonly NamedDevice[],
): Promise<RandomGraph | undefined> {
  const built = randomGraph(tape);
  // Every third graph is also run with another batch.
  const sizes = tape.values % 3 === 0 ? [tape.lengths, tape.others] : [tape.lengths];
  const batches = sizes.map((lengths) => {
    const feeds = built.feeds(lengths);
    return { feeds, expected: expectedResults(built.graph, feeds) };
  });
  const [{ feeds, expected } = { feeds: {}, expected: undefined }] = batches;
  if (!expected) return undefined;
  if (!built.isRough) await checkGradients(built, feeds);
  for (const { name, device } of devices) {
    const program = await device.compile(built.graph);
    try {
      const first = await program.run(feeds);
      compare(name, first, expected);
      for (const other of batches.slice(1))
        if (other.expected) compare(`${name}, another batch`, await program.run(other.feeds), other.expected);
      const again = await program.run(feeds);
      for (const [key, values] of Object.entries(first))
        if (!sameBits(values, again[key] as HostArray))
          throw new GraphFailure(`${name}: '${key}' has other bits when it is computed again`);
    } finally {
      program.dispose();
    }
  }
  return built;
}

function compare(device: string, actual: Feeds, expected: Readonly<Record<string, Expected>>): void {
  for (const [key, { value, tolerance }] of Object.entries(expected)) {
    const result = actual[key] as HostArray;
    if (result.length !== value.length)
      throw new GraphFailure(`${device}: '${key}' has ${result.length} elements, not ${value.length}`);
    for (let i = 0; i < value.length; i++) {
      const [got, wanted] = [result[i] as number, value[i] as number];
      if (!(Math.abs(got - wanted) <= tolerance))
        throw new GraphFailure(`${device}: '${key}'[${i}] is ${got}, not ${wanted} ± ${tolerance}`);
    }
  }
}

/** Compares the gradient of one element of each input with central differences in float64. */
async function checkGradients({ graph, leaves }: RandomGraph, feeds: Feeds): Promise<void> {
  const program = await oracle.compile(graph);
  const analytic = await program.run(feeds);
  const loss = (analytic.loss as HostArray)[0] as number;
  for (const [n, { name, offset }] of leaves.entries()) {
    const values = feeds[name] as HostArray;
    const slopes = analytic[`d ${name}`] as HostArray;
    const at = (n * 7919 + 3) % slopes.length;
    const difference = async (h: number): Promise<number> => {
      const side = async (delta: number): Promise<number> => {
        const moved = Float64Array.from(values);
        moved[offset + at] = (moved[offset + at] as number) + delta;
        return ((await program.run({ ...feeds, [name]: moved })).loss as HostArray)[0] as number;
      };
      return ((await side(h)) - (await side(-h))) / (2 * h);
    };
    // If halving the step changes the difference much, the function has a kink or is too curved for the comparison.
    const [coarse, fine] = [await difference(2e-5), await difference(1e-5)];
    const slope = slopes[at] as number;
    const unsure = 8 * Math.abs(coarse - fine) + 1e-9 * Math.abs(loss) + 1e-9;
    if (unsure > 1e-3 * Math.max(1e-3, Math.abs(fine))) continue;
    if (!(Math.abs(fine - slope) <= unsure + 1e-6 * Math.abs(fine)))
      throw new GraphFailure(
        `the gradient by '${name}'[${at}] is ${slope}; central differences give ${fine}`,
      );
  }
}
