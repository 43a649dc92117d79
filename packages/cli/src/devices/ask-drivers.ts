import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { AdapterDescription } from '@scalearn/core';
import { isObject } from '@scalearn/core/files';
import type { Peaks, TuningRecord } from '@scalearn/core/graph';
import { commandLine } from '../version.ts';

/** What the process that asks the drivers reports. */
export type DriverEvent =
  | { readonly event: 'adapters'; readonly adapters: readonly AdapterDescription[] }
  | { readonly event: 'testing'; readonly device: string; readonly variant: string }
  | { readonly event: 'examined'; readonly examined: Examined }
  | { readonly event: 'peaks'; readonly peaks: Peaks }
  | { readonly event: 'tuning'; readonly tuning: TuningRecord };

/** How much of an adapter is tested: nothing, what is quick, all of it; `tune` also measures its kernels. */
export type Extent = 'none' | 'quick' | 'full' | 'tune';

/** How the process ended. */
export interface DriverOutcome {
  /** Lines that the drivers printed. */
  readonly messages: readonly string[];
  /** Why it ended too early; undefined if it did not. */
  readonly failure?: string;
}

/**
 * Asks the graphics drivers in another process. What they print is collected, and a driver that crashes ends only that
 * process.
 *
 * @param extent how much of the adapter is tested
 */
export async function askDrivers(
  extent: Extent,
  onEvent: (event: DriverEvent) => void,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<DriverOutcome> {
  const { runtime, before } = commandLine('drivers');
  const child = spawn(runtime, [...before, extent], { stdio: ['ignore', 'pipe', 'pipe'], signal });
  const messages: string[] = [];
  const read = async (stream: NodeJS.ReadableStream, isReport: boolean): Promise<void> => {
    for await (const line of createInterface({ input: stream })) {
      const event = isReport ? parseEvent(line) : undefined;
      if (event) onEvent(event);
      else if (line.trim() !== '') messages.push(line.trim());
    }
  };
  try {
    const [[code, stopped]] = await Promise.all([
      once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
      read(child.stdout, true),
      read(child.stderr, false),
    ]);
    if (code === 0) return { messages };
    return {
      messages,
      failure: `the graphics driver ended its process with ${stopped ?? `exit code ${code}`}`,
    };
  } catch (error) {
    signal?.throwIfAborted();
    return { messages, failure: `the graphics drivers could not be asked: ${(error as Error).message}` };
  }
}

/** Parses a line; returns undefined for one that is not an event, such as output of a driver. */
function parseEvent(line: string): DriverEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) && 'event' in value ? (value as object as DriverEvent) : undefined;
  } catch {
    return undefined;
  }
}

/** Errors of a device relative to the reference. */
export interface SelfTestResult {
  readonly passed: boolean;
  readonly loss: number;
  readonly gradientNorm: number;
  readonly parameters: number;
  readonly seconds: number;
  /** What a short test leaves out. */
  readonly leftOut?: string;
}

/** A device, with whether it is available and whether it computes correctly. */
export interface Examined {
  /** `webgpu`, `onnx` or `reference`. */
  readonly device: string;
  /** Family of WebGPU kernels; undefined for other devices. */
  readonly variant?: string;
  readonly description?: string;
  /** Why the device is not available. */
  readonly missing?: string;
  /** Why the device was not tested, though it is available. */
  readonly skipped?: string;
  readonly test?: SelfTestResult;
  /** Why the test failed to finish. */
  readonly failure?: string;
}
