// The expected output and files of the examples.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

/** Returns the accuracy in a line that contains the given text. */
function accuracy(stdout: string, line: string): number {
  const found = stdout.split('\n').find((each) => each.includes(line));
  return Number(/accuracy (\d\.\d+)/.exec(found ?? '')?.[1] ?? Number.NaN);
}

/** Checks that seven numbers for adapters of other tasks give a higher accuracy than an adapter trained on 128 rows. */
export function expectTransfer(stdout: string): void {
  expect(stdout).toContain('8736 numbers from scratch, 7 by transfer');
  expect(accuracy(stdout, 'ScaLearnUniform++'), stdout).toBeGreaterThan(accuracy(stdout, 'single adapter'));
}

/** Checks of the output of each example that runs in Node, by its name. */
export const exampleOutputs: Readonly<Record<string, (stdout: string, folder: string) => void>> = {
  'quickstart-node': (stdout) => {
    expectTransfer(stdout);
    expect(stdout.match(/^ {2}\w+ +-?\d\.\d\d$/gm), stdout).toHaveLength(7);
  },
  'custom-pipeline': (stdout, folder) => {
    expect(accuracy(stdout, 'ScaLearn++'), stdout).toBeGreaterThan(0.7);
    expect(stdout).toMatch(/^yes \(0\.\d\d\) {2}Max discovered the coat\.$/m);
    expect(stdout).toMatch(/^no \(0\.\d\d\) {2}Emma bought the old piano\.$/m);
    const files = [
      'adapter.safetensors',
      'adapter_config.json',
      'pytorch_adapter.bin',
      'pytorch_model_head.bin',
    ];
    for (const file of files) expect(existsSync(join(folder, 'merged', file)), file).toBe(true);
  },
  'save-and-load': (stdout, folder) => {
    const [, trained, answered] =
      /^process (\d+) saved[\s\S]*^process (\d+) loaded a model of miniglue\/rte$/m.exec(stdout) ?? [];
    expect(Number(answered), stdout).not.toBe(Number(trained));
    expect(stdout).toMatch(/The piano was sold by Emma\. -> entailment \(0\.\d\d\)$/m);
    expect(stdout).toMatch(/The piano was sold by Max\. -> not_entailment \(0\.\d\d\)$/m);
    for (const file of ['scalearn.json', 'README.md', 'scalearn_config.json'])
      expect(existsSync(join(folder, 'model', file)), file).toBe(true);
  },
  'custom-operation': (stdout) => {
    for (const device of ['reference', 'onnx'])
      expect(stdout).toContain(`${device}: rmsNorm and its gradients agree with the reference`);
  },
  'custom-method': (stdout) => {
    expect(stdout).toContain('gated-sum: 512 numbers');
    for (const name of ['gated-sum', 'scalearn-uniform++'])
      expect(accuracy(stdout, name), stdout).toBeGreaterThan(0.6);
  },
};
