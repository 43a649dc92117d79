import {
  type Adapter,
  type FileSet,
  type Method,
  ModelFileError,
  readAdapterFolder,
  readSnapshot,
  TrainedModel,
} from '@scalearn/core';
import { describe, expect, test } from 'vitest';
import { randomAdapter } from '../../core/test/methods/random-adapter.ts';
import { memoryFolder } from '../../core/test/training/memory-folder.ts';
import { tinyTask } from '../../core/test/training/tiny.ts';
import { type ProbeOptions, probe, probeReader } from '../src/index.ts';
import { base, parameterCount } from './counts.ts';
import { checkFolder, encoder, target, trained } from './folders.ts';
import { gradientErrors } from './gradients.ts';

const mrpc = randomAdapter('mrpc', encoder.architecture, 3);
const mnli = randomAdapter('mnli', encoder.architecture, 5);
const two = { sources: [mrpc, mnli], omega: [0.3, 0.9] };
const task = tinyTask();

const logits = async (model: TrainedModel): Promise<Float32Array> =>
  (await model.predict(task.validation)).logits;
const largest = (a: Float32Array, b: Float32Array): number =>
  a.reduce((max, x, i) => Math.max(max, Math.abs(x - (b[i] as number))), 0);

test('nothing trains but the head', async () => {
  expect(parameterCount(probe(two), base)).toBe(0);
  using model = await trained(probe(two));
  expect(model.parameterCount).toEqual({ method: 0, head: 8 * 8 + 8 + 2 * 8 + 2 });
});

test('gradients of the head are those of central differences', async () => {
  const errors = await gradientErrors(probe(two));
  expect(errors.size).toBe(4);
  for (const [name, error] of errors) expect(error, name).toBeLessThan(1e-6);
});

describe('a probe of one source', () => {
  const plain: Method = { ...probe({ sources: [mrpc], omega: [0] }), sites: () => ({}) };

  test('with ω = 0 is the encoder without an adapter', async () => {
    using zero = await trained(probe({ sources: [mrpc], omega: [0] }));
    using none = await trained(plain);
    using half = await trained(probe({ sources: [mrpc], omega: [0.5] }));
    expect(largest(await logits(zero), await logits(none))).toBeLessThan(1e-6);
    expect(largest(await logits(half), await logits(none))).toBeGreaterThan(1e-3);
  });

  test('with ω = 1 is the source', async () => {
    using model = await trained(probe({ sources: [mrpc], omega: [1] }));
    expect(await model.adapter()).toMatchObject({ layers: mrpc.layers });
  });
});

test('a probe of two sources is one adapter with the same logits', async () => {
  using model = await trained(probe(two));
  const merged = await model.merge();
  using single = await TrainedModel.fromSnapshot(encoder, merged, task);
  expect(await model.adapter()).toMatchObject({ name: 'red', width: 3 + 5, nonLinearity: 'relu' });
  expect(largest(await logits(single), await logits(model))).toBeLessThan(1e-6);
});

describe('the folder of a probe', () => {
  const file = 'probe_config.json';

  test('of two sources gives the same model', async () => {
    const files = await checkFolder(probe(two), probeReader);
    expect(JSON.parse(files[file] as string)).toMatchObject({
      config: { mrpc: 0.3, mnli: 0.9 },
      name: 'mrpc,mnli',
      target: 'red',
    });
    expect(await readAdapterFolder(memoryFolder(files), 'mnli/')).toMatchObject(mnli);
  });

  test('of one source gives the same model, and says ω where the reference looks for it', async () => {
    const files = await checkFolder(probe({ sources: [mnli], omega: [0.7] }), probeReader);
    expect(JSON.parse(files['mnli/adapter_config.json'] as string).config.omega).toBe(0.7);
  });

  const read = (files: FileSet, where: Partial<typeof target> = {}): ReturnType<typeof readSnapshot> =>
    readSnapshot(memoryFolder(files), { ...target, ...where }, [probeReader]);

  test('is refused where it is damaged, or for another encoder', async () => {
    using model = await trained(probe(two));
    const files = await model.files();
    const json = JSON.parse(files[file] as string) as Record<string, unknown>;
    for (const [change, message] of [
      [{ config: { mrpc: 1 } }, 'config.mnli is missing'],
      [{ config: { mrpc: 1, mnli: '1' } }, 'config.mnli is "1"; it must be a number'],
      [{ config: null }, 'config is null; it must be an object'],
      [{ name: 'mrpc,../mnli' }, '"../mnli" is not a valid name for an adapter'],
      [{ name: 'mrpc,mrpc' }, 'name lists a source adapter twice'],
      [{ target: undefined }, 'undefined is not a valid name for an adapter'],
    ] as const) {
      const error = await read({ ...files, [file]: JSON.stringify({ ...json, ...change }) }).catch(
        (e: unknown) => e,
      );
      expect(error, message).toBeInstanceOf(ModelFileError);
      expect((error as Error).message).toContain(`memory/${file}: `);
      expect((error as Error).message).toContain(message);
    }
    const shape = { ...encoder.architecture, layers: 3 };
    const { encoderFingerprint } = target as { encoderFingerprint: string };
    using known = await trained(probe({ sources: [{ ...mrpc, encoderFingerprint }], omega: [1] }));
    await expect(read(await known.files(), { encoderFingerprint: 'another' })).rejects.toThrow(
      ModelFileError,
    );
    await expect(read(files, { encoder: shape })).rejects.toThrow("'mrpc' was trained on 2 layers, not 3");
    expect(await probeReader(memoryFolder({ 'adapter_config.json': '{}' }), target)).toBeUndefined();
  });
});

describe('what is refused', () => {
  test.each<[string, ProbeOptions, string]>([
    ['no source', { sources: [], omega: [] }, 'a probe needs a source adapter'],
    ['a number too few', { ...two, omega: [1] }, 'a number for each of the 2 sources, and it has 1'],
    ['no number', { ...two, omega: [1, Number.NaN] }, "omega of 'mnli' must be a number, not NaN"],
  ])('%s', (_, options, message) => {
    expect(() => probe(options)).toThrow(message);
  });

  test('sources that do not fit each other or the encoder', async () => {
    const both = (other: Adapter): Promise<TrainedModel> =>
      trained(probe({ sources: [mrpc, other], omega: [1, 1] }));
    await expect(both(mrpc)).rejects.toThrow("both named 'mrpc'");
    await expect(both(randomAdapter('deep', { layers: 3, hiddenSize: 8 }, 2))).rejects.toThrow(
      '3 layers, not 2',
    );
    await expect(both({ ...mnli, encoderFingerprint: 'another' })).rejects.toThrow('another encoder');
  });
});
