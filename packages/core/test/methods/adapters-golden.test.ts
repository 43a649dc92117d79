import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  createEncoder,
  localFolder,
  openCheckpoint,
  parseEncoderConfig,
  type TransformerEncoder,
} from '../../../encoders/src/index.ts';
import {
  ArgumentError,
  bytesSource,
  type HostArray,
  ModelFileError,
  type ModelFolder,
  modelFromSnapshot,
  onlyHead,
  openTensors,
  ReferenceDevice,
  readAdapterFolder,
  readSnapshot,
  scalearn,
  type Tensor,
} from '../../src/index.ts';
import { formats, readJson, skipReason } from '../files/golden.ts';

interface Recording {
  readonly inputIds: readonly (readonly number[])[];
  /** Last hidden states of each sequence. */
  readonly bareEncoder: readonly (readonly (readonly number[])[])[];
  readonly folders: Record<
    string,
    { readonly hidden: Recording['bareEncoder']; readonly logits: readonly (readonly number[])[] }
  >;
}

/** A folder on disk, as far as it holds files. */
function diskFolder(path: string): ModelFolder {
  const read = (name: string): Uint8Array | undefined => {
    try {
      return new Uint8Array(readFileSync(`${path}/${name}`));
    } catch {
      return undefined;
    }
  };
  return {
    describe: () => path,
    text: async (name) => {
      const bytes = read(name);
      return bytes && new TextDecoder().decode(bytes);
    },
    tensors: async (name) => {
      const bytes = read(name);
      return bytes && openTensors(bytesSource(bytes), name);
    },
  };
}

function largest(actual: HostArray, expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  return expected.reduce((max, x, i) => Math.max(max, Math.abs(x - (actual[i] as number))), 0);
}

const skip = skipReason(`${formats}/adapters-1x/expected.json`);

describe.skipIf(skip)(`folders of the Python library adapters${skip ? `: ${skip}` : ''}`, async () => {
  if (skip) return;
  const device = new ReferenceDevice();
  const files = await localFolder(`${formats}/sharded-bert`);
  const config = parseEncoderConfig(JSON.parse(await files.text('config.json')));
  // Two shards with an index: the folder has no tokeniser.
  const weights = await openCheckpoint(files);
  const encoder: TransformerEncoder = await createEncoder({ device, config, weights, name: 'sharded-bert' });
  const expected = readJson<Recording>(`${formats}/adapters-1x/expected.json`);
  const target = { encoder: encoder.shape, encoderFingerprint: encoder.fingerprint, modelName: 'tiny-bert' };
  const texts = expected.inputIds.map((inputIds) => ({ inputIds }));

  test('the encoder alone', async () => {
    const hidden = encoder.build({ sites: {} }).hiddenStates.at(-1) as Tensor;
    const program = await device.compile({ outputs: { hidden } });
    const result = await program.run(encoder.feeds(texts));
    expect(largest(result.hidden as HostArray, expected.bareEncoder.flat(2))).toBeLessThan(1e-5);
  });

  const pfeiffer = ['pfeiffer-safetensors', 'pfeiffer-wide', 'pfeiffer-bin', 'pfeiffer-gelu-scaled'];
  test.each(pfeiffer)('%s: hidden states and logits', async (name) => {
    const snapshot = await readSnapshot(diskFolder(`${formats}/adapters-1x/${name}`), target);
    expect(snapshot.adapterName).toBe('rte');
    expect(onlyHead(snapshot).options).toMatchObject({
      problem: 'singleLabelClassification',
      outputs: 2,
      layout: 'flexible',
    });
    using model = await modelFromSnapshot(encoder, snapshot);
    const { hiddenStates, logits } = model.build();
    const program = await device.compile({ outputs: { hidden: hiddenStates.at(-1) as Tensor, logits } });
    const result = await program.run(encoder.feeds(texts));
    const recorded = expected.folders[name] as Recording['folders'][string];
    expect(largest(result.hidden as HostArray, recorded.hidden.flat(2))).toBeLessThan(1e-5);
    expect(largest(result.logits as HostArray, recorded.logits.flat())).toBeLessThan(1e-5);
  });

  test('two of them, of widths 2 and 16, are sources of stage 2', async () => {
    const read = (name: string) => readAdapterFolder(diskFolder(`${formats}/adapters-1x/${name}`));
    const sources = [await read('pfeiffer-safetensors'), { ...(await read('pfeiffer-wide')), name: 'wide' }];
    expect(sources.map((source) => source.width)).toEqual([2, 16]);
    const specs = scalearn({ sources }).frozen?.({
      encoder: encoder.shape,
      adapterName: 'wide',
      tasks: ['wide'],
    });
    expect(specs?.map((spec) => spec.shape.join())).toContain('2,2,17,8');
  });

  test.each([
    ['houlsby-bin', 'mh_adapter is true', ModelFileError],
    ['fusion', 'no adapter_config.json', ModelFileError],
  ] as const)('%s is refused: %s', async (name, message, kind) => {
    const error = await readAdapterFolder(diskFolder(`${formats}/adapters-1x/${name}`)).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(kind);
    expect(error).not.toBeInstanceOf(ArgumentError);
    expect((error as Error).message).toContain(message);
  });
});
