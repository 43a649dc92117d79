// What tests do with models by the command: train them in four steps on pairs, score them, read their files.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSafetensors } from '@scalearn/core/files';
import { expect } from 'vitest';
import { events, must } from './run.ts';

/** A pair to predict. */
export const pair = ['the red cat sat', 'a slow dog ran under the tree'] as const;

export interface ModelCommands {
  /** Returns the path of a file or folder. */
  at(name: string): string;
  train(task: string, out: string, ...more: string[]): Promise<unknown>;
  json(path: string): Record<string, unknown>;
  /** Returns the names of the tensors of a file. */
  keysOf(path: string): string[];
  /** Returns what predict says of {@link pair}, in the order of the labels. */
  probabilities(model: string): Promise<number[]>;
  /** Returns the metrics that evaluate prints. */
  metrics(model: string): Promise<unknown>;
}

/** Returns the commands for an encoder and tasks, with models in a folder. */
export function modelCommands(folder: string, world: { encoder: string; data: string }): ModelCommands {
  const at = (name: string): string => join(folder, name);
  return {
    at,
    train: (task, out, ...more) =>
      must(
        ...['train', '--encoder', world.encoder, '--data', world.data, '--task', task, '--out', at(out)],
        ...['--batch-size', '8', '--max-steps', '4', '--device', 'onnx', '--quiet', ...more],
      ),
    json: (path) => JSON.parse(readFileSync(at(path), 'utf8')),
    keysOf: (path) => [...parseSafetensors(readFileSync(at(path))).entries.keys()],
    async probabilities(model) {
      const given = ['--text', pair[0], '--text-pair', pair[1]];
      const outcome = await must(
        ...['predict', '--model', at(model), '--device', 'onnx', '--format', 'jsonl', ...given],
      );
      const [row] = events<{ probabilities: Record<string, number> }>(outcome);
      return Object.values(row?.probabilities ?? {});
    },
    async metrics(model) {
      const outcome = await must('evaluate', '--model', at(model), '--device', 'onnx', '--json');
      return events(outcome)[0]?.metrics;
    },
  };
}

/** Expects equal numbers to five decimal places. */
export function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 5);
}
