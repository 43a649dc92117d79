// What the quickstart needs, small enough for a test: a random encoder, random adapters, a short plan.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Adapter, adapterFiles, ReferenceDevice } from '@scalearn/core';
import { RandomStream } from '@scalearn/core/graph';
import { loadEncoder } from '@scalearn/encoders';
import type { Terminal } from '../../src/output/terminal.ts';
import { plan } from '../../src/quickstart/plan.ts';
import {
  type QuickstartArguments,
  type QuickstartSetup,
  quickstart,
} from '../../src/quickstart/quickstart.ts';
import type { QuickstartResults } from '../../src/quickstart/results.ts';
import { writeEncoder } from './tiny.ts';

const sources = ['sst2', 'mnli', 'rte'];

/** Writes an encoder and adapters for it. */
export async function tinySetup(folder: string): Promise<QuickstartSetup> {
  const path = writeEncoder(join(folder, 'mini-encoder'), 1);
  using device = new ReferenceDevice();
  using encoder = await loadEncoder(path, { device });
  const { fingerprint: encoderFingerprint, architecture } = encoder;
  const adapters: Record<string, string> = {};
  for (const name of sources) {
    adapters[name] = join(folder, 'adapters', name);
    const adapter = randomAdapter(name, architecture.hiddenSize, architecture.layers);
    const call = {
      encoder: architecture,
      encoderFingerprint,
      adapterName: name,
      modelName: 'tiny',
      tensors: new Map(),
    };
    for (const [file, content] of Object.entries(adapterFiles(adapter, call))) {
      const target = join(adapters[name], file);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
    }
  }
  const stage = { epochs: 2, learningRate: 1e-2, patience: 2 };
  const stages = { 1: stage, 2: stage };
  return {
    assets: { encoder: path, adapters },
    plan: { ...plan, rows: 16, validationRows: 8, testRows: 100, seeds: 2, batchSize: 8, stages },
  };
}

function randomAdapter(name: string, hiddenSize: number, layers: number): Adapter {
  const width = 2;
  const draw = (key: string, size: number): Float32Array =>
    new RandomStream(5, `${name} ${key}`).normal(size, 0, 0.1);
  return {
    ...{ name, hiddenSize, width, nonLinearity: 'relu' },
    layers: Array.from({ length: layers }, (_, i) => ({
      down: draw(`down ${i}`, width * hiddenSize),
      downBias: draw(`downBias ${i}`, width),
      up: draw(`up ${i}`, hiddenSize * width),
      upBias: draw(`upBias ${i}`, hiddenSize),
    })),
  };
}

export interface QuickstartOutcome {
  readonly out: string;
  readonly err: string;
  readonly error: Error | undefined;
}

/**
 * Runs the quickstart in this process.
 *
 * @param interruptAt it is interrupted when this has been said
 */
export async function runQuickstart(
  setup: QuickstartSetup,
  given: QuickstartArguments,
  { interruptAt, ...more }: { interruptAt?: string } & Partial<Terminal> = {},
): Promise<QuickstartOutcome> {
  let [out, err] = ['', ''];
  const controller = new AbortController();
  const check = (): void => {
    if (interruptAt !== undefined && (out + err).includes(interruptAt)) controller.abort();
  };
  const terminal: Terminal = {
    out: (text) => {
      out += text;
      check();
    },
    err: (text) => {
      err += text;
      check();
    },
    ...{ interactive: false, ...more },
  };
  const work = quickstart({ device: 'onnx', ...given }, { terminal, signal: controller.signal }, setup);
  const error = await work.then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  return { out, err, error };
}

export function readResults(folder: string): QuickstartResults {
  return JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as QuickstartResults;
}
