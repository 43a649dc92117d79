import { type HostArray, ReferenceDevice } from '@scalearn/core';
import type { Tensor } from '@scalearn/core/graph';
import { createHead, type StoredMethod, TrainableModel } from '@scalearn/core/methods';
import { expect, test } from 'vitest';
import { recordedJson, recordedPath } from '../../../test/golden/recorded.ts';
import {
  createEncoder,
  localFolder,
  modelFolder,
  openCheckpoint,
  parseEncoderConfig,
} from '../../encoders/src/index.ts';
import { adapterFusionReader } from '../src/adapter-fusion.ts';

interface Recording {
  readonly inputIds: readonly (readonly number[])[];
  readonly folders: {
    /** Last hidden states of each sequence. */
    readonly fusion: { readonly hidden: readonly (readonly (readonly number[])[])[] };
  };
}

test('a fusion of the Python library adapters, in torch files, gives its hidden states', async () => {
  const device = new ReferenceDevice();
  const files = await localFolder(recordedPath('formats/sharded-bert'));
  const config = parseEncoderConfig(JSON.parse(await files.text('config.json')));
  const weights = await openCheckpoint(files);
  await using encoder = await createEncoder({ device, config, weights, name: 'sharded-bert' });
  const folder = modelFolder(await localFolder(recordedPath('formats/adapters-1x/fusion')));
  const stored = (await adapterFusionReader(folder, { encoder: encoder.architecture })) as StoredMethod;
  expect(stored).toMatchObject({ adapterName: 'b', method: { name: 'adapter-fusion' } });

  const { method, adapterName, tensors } = stored;
  const head = createHead({ problem: 'regression', outputs: 1, layout: 'flexible', name: adapterName });
  const heads = { [adapterName]: head };
  using model = await TrainableModel.create({ encoder, method, heads, adapterName, seed: 0 });
  model.parameters.write(new Map([...(await model.parameters.read()), ...tensors]));
  const hidden = model.build().hiddenStates.at(-1) as Tensor;
  const program = await device.compile({ outputs: { hidden } });
  const { inputIds, folders } = recordedJson<Recording>('formats/adapters-1x/expected.json');
  const result = await program.run(encoder.feeds(inputIds.map((ids) => ({ inputIds: ids }))));
  const actual = result.hidden as HostArray;
  const expected = folders.fusion.hidden.flat(2);
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 5);
});
