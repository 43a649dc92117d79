import * as fc from 'fast-check';
import { decodeCheckpoint, encodeCheckpoint } from '../../../packages/core/src/training/checkpoint.ts';
import { mutatedSafetensors } from '../harness/mutate-files.ts';
import { mutatedJsonText } from '../harness/mutate-json.ts';
import { type FuzzTarget, fileOf, utf8 } from '../harness/target.ts';

const settings = { method: 'bottleneck', seed: 0, epochs: 2, limit: null };
const groups = [{ name: 'decay', size: 4 }];
const progress = {
  step: 4,
  taskSteps: { red: 4 },
  lossSum: 1.5,
  lossRows: 8,
  stopping: { best: 0.5, bestEvaluation: 1, evaluations: 1, waited: 0 },
  history: [
    {
      ...{
        epoch: 1,
        step: 4,
        trainLoss: 0.5,
        validationLoss: Number.NaN,
        validationMetrics: { accuracy: 0.5 },
      },
      tasks: [{ task: 'red', validationLoss: -0, validationMetrics: {} }],
    },
  ],
  finished: false,
  seconds: 1.25,
  kernels: { 'tokens×4 · 4×4': 'register 4×4' },
};

/** The state of a run to be resumed. */
export const checkpoint = (): FuzzTarget => {
  const values = Float32Array.of(1, 2, 3, 4);
  const state = { values, m: values, v: values, best: values };
  const file = encodeCheckpoint(settings, progress, new Map([['decay', state]]));
  const length = Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))) as {
    readonly __metadata__: Readonly<Record<string, string>>;
  };
  const data = file.subarray(8 + length);
  const withMetadata =
    (key: string) =>
    (text: string): Uint8Array => {
      const changed = { ...header, __metadata__: { ...header.__metadata__, [key]: text } };
      const bytes = utf8(JSON.stringify(changed));
      const size = new Uint8Array(8);
      new DataView(size.buffer).setBigUint64(0, BigInt(bytes.length), true);
      return new Uint8Array([...size, ...bytes, ...data]);
    };
  const inside = ['progress', 'settings'].map((key) =>
    mutatedJsonText(JSON.parse(header.__metadata__[key] ?? 'null')).map(withMetadata(key)),
  );
  return {
    valid: [{ file }],
    generate: fc.oneof(mutatedSafetensors(file), ...inside).map((bytes) => ({ file: bytes })),
    parse: (files) => decodeCheckpoint(fileOf(files, 'file'), settings, groups),
  };
};
