import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { shared } from './places.ts';

/** Script that runs the same step in PyTorch, as the reference implementation computes it. */
export const torchScript: string = process.env.SCALEARN_TORCH_STEP ?? `${shared}/baseline/torch_step.py`;

/** Returns why the comparison cannot be made here, or undefined if it can. */
export function torchMissing(): string | undefined {
  if (!existsSync(torchScript)) return `there is no ${torchScript}`;
  const { status } = spawnSync('python3', ['-c', 'import torch'], { stdio: 'ignore' });
  return status === 0 ? undefined : 'python3 with torch is not installed';
}

/** Throughput in real tokens per second. */
export interface Speed {
  /** Throughput of the median step. */
  readonly median: number;
  /** Throughput of the fastest step, which was disturbed least. */
  readonly best: number;
}

/**
 * Measures the speed of the PyTorch step.
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
