export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}

/** Measures the milliseconds of one call. */
export async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/**
 * Measures the milliseconds of several pieces of work, `runs` times in turn, so that other load on the machine affects
 * all of them.
 *
 * @returns for each piece its times, in the order of measurement
 */
export async function inTurn(pieces: readonly (() => Promise<unknown>)[], runs: number): Promise<number[][]> {
  const times = pieces.map((): number[] => []);
  for (let run = 0; run < runs; run++)
    for (const [i, piece] of pieces.entries()) (times[i] as number[]).push(await milliseconds(piece));
  return times;
}

/**
 * Measures the milliseconds of a run with several runs in flight, as in training: it waits only for the end of an
 * earlier run.
 */
export async function sustained(work: () => Promise<unknown>, runs: number, inFlight = 3): Promise<number> {
  const running: Promise<unknown>[] = [];
  const total = await milliseconds(async () => {
    for (let run = 0; run < runs; run++) {
      if (running.length >= inFlight) await running.shift();
      running.push(work());
    }
    await Promise.all(running);
  });
  return total / runs;
}
