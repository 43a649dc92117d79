import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { recordedJson, recordedNames, recordedPath } from '../../../../test/golden/recorded.ts';
import {
  createEncoder,
  localFolder,
  openCheckpoint,
  parseEncoderConfig,
  type TransformerEncoder,
} from '../../../encoders/src/index.ts';
import { bytesSource, openTensorFile } from '../../src/files.ts';
import type { Tensor } from '../../src/graph.ts';
import {
  ArgumentError,
  type HostArray,
  ModelFileError,
  type ModelFolder,
  ReferenceDevice,
  readAdapterFolder,
  readSnapshot,
  scalearn,
} from '../../src/index.ts';
import { modelFromSnapshot, singleHead } from '../../src/methods.ts';

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
      return bytes && openTensorFile(bytesSource(bytes), name);
    },
  };
}

function largest(actual: HostArray, expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  return expected.reduce((max, x, i) => Math.max(max, Math.abs(x - (actual[i] as number))), 0);
}

const folders = 'formats/adapters-1x';
const open = (name: string): ModelFolder => diskFolder(recordedPath(`${folders}/${name}`));

/** Why a folder is no adapter of this library's kind, or undefined. */
async function refusal(name: string): Promise<string | undefined> {
  const config = await open(name).text('adapter_config.json');
  if (config === undefined) return 'no adapter_config.json';
  const { mh_adapter } = (JSON.parse(config) as { config: { mh_adapter: boolean } }).config;
  return mh_adapter ? 'mh_adapter is true' : undefined;
}

describe('folders of the Python library adapters', async () => {
  const device = new ReferenceDevice();
  const files = await localFolder(recordedPath('formats/sharded-bert'));
  const config = parseEncoderConfig(JSON.parse(await files.text('config.json')));
  // Two shards with an index: the folder has no tokenizer.
  const weights = await openCheckpoint(files);
  const encoder: TransformerEncoder = await createEncoder({ device, config, weights, name: 'sharded-bert' });
  const expected = recordedJson<Recording>(`${folders}/expected.json`);
  const target = {
    encoder: encoder.architecture,
    encoderFingerprint: encoder.fingerprint,
    modelName: 'tiny-bert',
  };
  const texts = expected.inputIds.map((inputIds) => ({ inputIds }));

  test('the encoder alone', async () => {
    const hidden = encoder.build({ sites: {} }).hiddenStates.at(-1) as Tensor;
    const program = await device.compile({ outputs: { hidden } });
    const result = await program.run(encoder.feeds(texts));
    expect(largest(result.hidden as HostArray, expected.bareEncoder.flat(2))).toBeLessThan(1e-5);
  });

  const names = recordedNames(folders).filter((name) => Object.hasOwn(expected.folders, name));
  const refused = await Promise.all(names.map(async (name) => [name, await refusal(name)] as const));
  test.each(refused.filter(([, reason]) => reason === undefined))(
    '%s: hidden states and logits',
    async (name) => {
      const snapshot = await readSnapshot(open(name), target);
      expect(snapshot.adapterName).toBe('rte');
      expect(singleHead(snapshot).options).toMatchObject({
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
    },
  );

  test('two of them, of widths 2 and 16, are sources of stage 2', async () => {
    const read = (name: string) => readAdapterFolder(open(name));
    const sources = [await read('pfeiffer-safetensors'), { ...(await read('pfeiffer-wide')), name: 'wide' }];
    expect(sources.map((source) => source.width)).toEqual([2, 16]);
    const specs = scalearn({ sources }).frozen?.({
      encoder: encoder.architecture,
      adapterName: 'wide',
      tasks: ['wide'],
    });
    expect(specs?.map((spec) => spec.shape.join())).toContain('2,2,17,8');
  });

  test.each(refused.filter(([, reason]) => reason !== undefined))(
    '%s is refused: %s',
    async (name, reason) => {
      const error = await readAdapterFolder(open(name)).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(ModelFileError);
      expect(error).not.toBeInstanceOf(ArgumentError);
      expect((error as Error).message).toContain(reason);
    },
  );
});
