import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { shared } from './places.ts';

/** The same step in PyTorch as the reference implementation computes it. */
export const torchScript: string = process.env.SCALEARN_TORCH_STEP ?? `${shared}/baseline/torch_step.py`;

/** Why the comparison cannot be made here, or undefined. */
export function torchMissing(): string | undefined {
  if (!existsSync(torchScript)) return `there is no ${torchScript}`;
  const { status } = spawnSync('python3', ['-c', 'import torch'], { stdio: 'ignore' });
  return status === 0 ? undefined : 'python3 with torch is not installed';
}

/** Real tokens a second. */
export interface Speed {
  /** Of the median step. */
  readonly median: number;
  /** Of the fastest step: the least disturbed. */
  readonly best: number;
}

/**
 * Speed of the PyTorch step.
 *
 * @param padding length that sequences are padded to; 0: the longest of the batch
 */
export function torchSpeed(threads: number, padding: number): Speed {
  const { stdout, status } = spawnSync('python3', [torchScript, String(threads), String(padding)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const found = /best ([\d.]+) s .* (\d+) real tokens, ([\d.]+) real tokens\/s/.exec(stdout);
  if (status !== 0 || !found) throw new Error(`${torchScript} did not tell its speed: ${stdout}`);
  const [seconds, tokens, perSecond] = found.slice(1).map(Number) as [number, number, number];
  return { median: perSecond, best: tokens / seconds };
}
