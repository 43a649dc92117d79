import { parseArgs } from 'node:util';

export interface BenchmarkOptions {
  readonly device: string;
  readonly threads: number;
  /** Number of measured runs; the reported value is their median. */
  readonly runs: number;
}

/** Reads `--device`, `--threads` and `--runs`, with the benchmark's own defaults. */
export function benchmarkOptions(defaults: Partial<BenchmarkOptions> = {}): BenchmarkOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { device: text, threads: text, runs: text } });
  return {
    device: values.device ?? defaults.device ?? 'onnx',
    threads: wholeNumber('threads', values.threads) ?? defaults.threads ?? 2,
    runs: wholeNumber('runs', values.runs) ?? defaults.runs ?? 7,
  };
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number above 0`);
  return value;
}
