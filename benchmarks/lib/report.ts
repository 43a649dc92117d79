import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg } from 'node:os';

type Value = string | number | boolean | readonly number[] | Readonly<Record<string, number>>;

export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly [key: string]: Value;
}

/** Prints one measurement as a line of JSON, with the machine and the time. */
export function report(measurement: Measurement): void {
  const rounded = Object.entries(measurement).map(([key, value]) => [key, rounding(value)]);
  console.log(JSON.stringify({ ...Object.fromEntries(rounded), ...circumstances() }));
}

/** Rounds to four significant digits; more would be noise. */
function rounding(value: Value): Value {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}

/** Prints to standard error why something is not measured, so that standard output stays JSON. */
export function explain(text: string): void {
  console.error(text);
}

function circumstances(): Record<string, string | number> {
  const packageFile = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    node: process.versions.node,
    onnxruntime: version,
    // Load average of the last minute. If it is larger than the number of cores, the machine was busy and the times are
    // too long.
    load: Number((loadavg()[0] as number).toFixed(1)),
  };
}
