import type { Files } from './target.ts';

/**
 * Shrinks an input by leaving out pieces, for failures that end their thread.
 *
 * @param fails returns whether an input still fails in the same way
 * @param most maximum number of attempts
 */
export async function shrinkBytes(
  files: Files,
  fails: (files: Files) => Promise<boolean>,
  most: number,
): Promise<Files> {
  let best = files;
  let left = most;
  for (const name of Object.keys(files)) {
    for (let piece = Math.ceil((best[name]?.length ?? 0) / 2); piece >= 1; piece = Math.floor(piece / 2))
      for (let at = 0; at < (best[name]?.length ?? 0); ) {
        if (left-- <= 0) return best;
        const bytes = best[name] as Uint8Array;
        const fewer = new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at + piece)]);
        const candidate = { ...best, [name]: fewer };
        if (await fails(candidate)) best = candidate;
        else at += piece;
      }
  }
  return best;
}
