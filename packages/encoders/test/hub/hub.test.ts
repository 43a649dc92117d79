import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSafetensors } from '@scalearn/core/files';
import { HubError, type HubOptions } from '@scalearn/hub';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type HubServer, startHubServer } from '../../../../test/support/hub-server.ts';
import { openCheckpoint } from '../../src/folder/checkpoint.ts';
import { UnreadableModelFileError } from '../../src/folder/errors.ts';
import type { ModelFiles } from '../../src/folder/model-files.ts';
import { openHub } from '../../src/hub/open-hub.ts';
import { openModelFiles } from '../../src/hub/open-model-files.ts';
import { loadTokenizer } from '../../src/tokenizer/load-tokenizer.ts';

const MODEL = 'tiny/encoder';
const weights = Float32Array.from({ length: 100_000 }, (_, i) => i);
const files = {
  'config.json': new TextEncoder().encode('{"model_type":"bert"}'),
  'empty.txt': new Uint8Array(0),
  'model.safetensors': writeSafetensors([['w', { shape: [weights.length], data: weights }]]),
};

let hub: HubServer;
let cacheDir = '';
let options: HubOptions;

beforeEach(async () => {
  hub = await startHubServer({ [MODEL]: { commit: 'ab'.repeat(20), files } });
  cacheDir = await mkdtemp(join(tmpdir(), 'scalearn-hub-'));
  options = { endpoint: hub.url, cacheDir };
});

afterEach(async () => {
  await hub.close();
  await rm(cacheDir, { recursive: true });
});

async function expectModel(): Promise<void> {
  const opened = await openHub(MODEL, options);
  expect(await opened.text('config.json')).toBe('{"model_type":"bert"}');
  expect(await opened.text('empty.txt')).toBe('');
  expect(await opened.has('tokenizer_config.json')).toBe(false);
  expect(await (await openCheckpoint(opened)).readFloat32('w')).toEqual(weights);
  await expect(opened.text('nothing.json')).rejects.toMatchObject({ looked: ['nothing.json'] });
  await expect(opened.text('../secret')).rejects.toBeInstanceOf(UnreadableModelFileError);
  await expect(opened.has('../secret')).rejects.toBeInstanceOf(UnreadableModelFileError);
}

describe('a model on the hub', () => {
  test('is read by way of the cache', expectModel);

  test('is read from the cache where there is no connection', async () => {
    await expectModel();
    await hub.close();
    await expectModel();
    expect((await openHub(MODEL, options)).describe()).toContain('offline');
  });

  test('of which the cache has a part only says so without a connection', async () => {
    expect(await (await openHub(MODEL, options)).has('config.json')).toBe(true);
    await (await openHub(MODEL, options)).text('config.json');
    const offline = await openHub(MODEL, { ...options, offline: true });
    const attempts = [openCheckpoint, loadTokenizer, (files: ModelFiles) => files.text('vocab.txt')];
    for (const attempt of attempts)
      await expect(attempt(offline)).rejects.toThrow(/offline, from the cache\) has no .*go online/);
  });

  test('is read by ranges in a browser', async () => {
    vi.stubGlobal('process', undefined);
    try {
      await expectModel();
    } finally {
      vi.unstubAllGlobals();
    }
    expect(hub.requests.some((line) => / bytes=\d+-\d+$/.test(line))).toBe(true);
  });

  test('what the hub refuses is its error', async () => {
    await expect(openHub('tiny/absent', options)).rejects.toBeInstanceOf(HubError);
  });
});

test('a folder comes before a name, a path that leads nowhere is one', async () => {
  expect((await openModelFiles(cacheDir, options)).describe()).toBe(cacheDir);
  expect((await openModelFiles(MODEL, options)).describe()).toBe('tiny/encoder@main');
  await expect(openModelFiles('../no/such/folder', options)).rejects.toThrow(
    /no folder \.\.\/no\/such\/folder/,
  );
});
