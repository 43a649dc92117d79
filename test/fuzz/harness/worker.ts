// A thread that runs inputs through parsers. It records each input before it runs it.
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { ScalearnError } from '@scalearn/core';
import { DatasetError } from '@scalearn/datasets';
import { EvaluationError } from '@scalearn/evaluation';
import { HubError } from '@scalearn/hub';
import { ReportDataError } from '@scalearn/report';
import * as fc from 'fast-check';
import { targets } from '../targets.ts';
import { type Failure, headerBytes, type Order, type Report, runsSlot, startedSlot } from './messages.ts';
import { packFiles } from './packed-files.ts';
import type { Files, FuzzTarget } from './target.ts';

/** Limits of one input. */
const mostMilliseconds = 1000;
const mostBytes = 256 * 2 ** 20;
/** Maximum number of attempts to shrink a failure. */
const mostShrinks = 400;

const typed = [ScalearnError, DatasetError, HubError, EvaluationError, ReportDataError];

const { shared } = workerData as { readonly shared: SharedArrayBuffer };
const header = new Float64Array(shared, 0, headerBytes / 8);
const room = new Uint8Array(shared, headerBytes);
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const cpuMilliseconds = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};
const usedBytes = (): number => {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
};

let loose: unknown;
process.on('unhandledRejection', (error) => {
  loose = error ?? new Error('nothing');
});

interface Outcome {
  readonly result: 'read' | 'refused' | Pick<Failure, 'kind' | 'detail'>;
  readonly milliseconds: number;
}

/** Returns where in the product an error was thrown, without the line number, which changes. */
function placeOf(error: unknown): string {
  const stack = error instanceof Error ? String(error.stack) : '';
  const [place = ''] = /(?:packages\/[\w-]+\/src|node_modules\/(?!\.pnpm))\/[^\s):]*/.exec(stack) ?? [];
  return place;
}

function untyped(error: unknown): Pick<Failure, 'kind' | 'detail'> {
  const name = error instanceof Error ? error.name : typeof error;
  let text = '';
  try {
    text = error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
  } catch {
    text = 'an error that has no text';
  }
  const words =
    text
      .split('\n', 1)[0]
      ?.replace(/["'`].*/s, '')
      .replace(/\d+/g, '#')
      .slice(0, 60) ?? '';
  return { kind: `${name}: ${words} @ ${placeOf(error)}`, detail: text.slice(0, 2000) };
}

function polluted(): boolean {
  for (const key in {}) return key !== undefined;
  return Object.hasOwn(Object.prototype, 'polluted') || Object.hasOwn(Array.prototype, 'polluted');
}

async function attempt(parse: FuzzTarget['parse'], files: Files): Promise<Outcome> {
  packFiles(files, room);
  const before = usedBytes();
  header[startedSlot] = Date.now();
  const began = cpuMilliseconds();
  let result: Outcome['result'] = 'read';
  try {
    await parse(files);
  } catch (error) {
    result = typed.some((kind) => error instanceof kind) ? 'refused' : untyped(error);
  }
  const milliseconds = cpuMilliseconds() - began;
  header[startedSlot] = 0;
  header[runsSlot] = (header[runsSlot] ?? 0) + 1;
  if (loose !== undefined) {
    const { kind, detail } = untyped(loose);
    loose = undefined;
    return { result: { kind: `nobody waits for ${kind}`, detail }, milliseconds };
  }
  if (polluted())
    return { result: { kind: 'changed what all objects have', detail: 'Object.prototype' }, milliseconds };
  if (milliseconds > mostMilliseconds)
    return { result: { kind: 'slow', detail: `${milliseconds.toFixed(0)} ms of CPU` }, milliseconds };
  if (usedBytes() - before > mostBytes)
    return { result: { kind: 'memory', detail: `${usedBytes() - before} bytes` }, milliseconds };
  return { result, milliseconds };
}

/**
 * Runs an input that exceeded a limit again by itself, because garbage of others and compilation may have caused it.
 */
async function attemptFairly(parse: FuzzTarget['parse'], files: Files): Promise<Outcome> {
  const first = await attempt(parse, files);
  const { result } = first;
  if (typeof result === 'string' || (result.kind !== 'slow' && result.kind !== 'memory')) return first;
  collect();
  return attempt(parse, files);
}

async function batch({ target, seed, runs, known }: Extract<Order, { order: 'batch' }>): Promise<Report> {
  const { generate, parse } = await targetOf(target);
  const counts = { runs: 0, read: 0, refused: 0, slowest: 0 };
  const found: Record<string, number> = {};
  let failure: Failure | undefined;
  let shrinks = 0;
  const property = fc.asyncProperty(generate, async (files) => {
    if (failure && ++shrinks > mostShrinks) return;
    const { result, milliseconds } = await attemptFairly(parse, files);
    if (!failure) {
      counts.runs++;
      counts.slowest = Math.max(counts.slowest, milliseconds);
    }
    if (result === 'read' || result === 'refused') {
      if (!failure) counts[result]++;
      return;
    }
    if (known.includes(result.kind)) {
      if (!failure) found[result.kind] = (found[result.kind] ?? 0) + 1;
      return;
    }
    // Shrinking keeps the same fault. Other faults are found separately.
    if (failure && failure.kind !== result.kind) return;
    failure = { ...result, files };
    throw new Error(result.kind);
  });
  await fc.check(property, { seed, numRuns: runs });
  return { ...counts, known: found, ...(failure ? { failure } : {}) };
}

async function replay({ target, files }: Extract<Order, { order: 'replay' }>): Promise<Report> {
  const { parse } = await targetOf(target);
  const { result, milliseconds } = await attemptFairly(parse, files);
  const counts = { runs: 1, read: 0, refused: 0, known: {}, slowest: milliseconds };
  if (typeof result === 'string') return { ...counts, [result]: 1 };
  return { ...counts, failure: { ...result, files } };
}

/** Checks that all valid inputs are accepted. */
async function valid(target: string): Promise<Report> {
  const { valid: all, parse } = await targetOf(target);
  for (const files of all)
    try {
      await parse(files);
    } catch (error) {
      const { detail } = untyped(error);
      const failure = { kind: 'a valid file is refused', detail, files };
      return { runs: 1, read: 0, refused: 1, known: {}, slowest: 0, failure };
    }
  return { runs: all.length, read: all.length, refused: 0, known: {}, slowest: 0 };
}

const made = new Map<string, Promise<FuzzTarget>>();
function targetOf(name: string): Promise<FuzzTarget> {
  const make = targets[name];
  if (!make) throw new Error(`there is no parser ${name}; there are ${Object.keys(targets).join(', ')}`);
  const target = made.get(name) ?? make();
  made.set(name, target);
  return target;
}

function reportOf(order: Order): Promise<Report> {
  if (order.order === 'batch') return batch(order);
  return order.order === 'valid' ? valid(order.target) : replay(order);
}

parentPort?.on('message', (order: Order) => {
  void (async () => {
    try {
      const report = await reportOf(order);
      parentPort?.postMessage(report);
    } catch (error) {
      parentPort?.postMessage({ broken: error instanceof Error ? (error.stack ?? error.message) : 'broken' });
    }
  })();
});
