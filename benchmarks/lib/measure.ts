export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}

/** Milliseconds that one call takes. */
export async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/**
 * Milliseconds of several pieces of work, `runs` times in turn: what disturbs the machine disturbs all of them.
 *
 * @returns for each piece its times, in the order they were taken
 */
export async function inTurn(pieces: readonly (() => Promise<unknown>)[], runs: number): Promise<number[][]> {
  const times = pieces.map((): number[] => []);
  for (let run = 0; run < runs; run++)
    for (const [i, piece] of pieces.entries()) (times[i] as number[]).push(await milliseconds(piece));
  return times;
}

/** Milliseconds a run, a few of them in flight as in training: only the end of a run some steps back is waited for. */
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
