import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { HubOptions } from '../src/open-repository.ts';
import { failure, MODEL, model, serveEach } from './served.ts';

const served = serveEach({ [MODEL]: model });

beforeEach(() => {
  for (const name of ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN', 'HF_TOKEN_PATH', 'HF_HOME', 'XDG_CACHE_HOME'])
    vi.stubEnv(name, undefined);
});

/** What the hub is sent. */
async function sent(more: HubOptions = {}): Promise<string | undefined> {
  await served.open(MODEL, more);
  return served.hub.authorization?.replace('Bearer ', '');
}

describe('the access token', () => {
  test('is the option, else that of the environment, else that of the file, in this order', async () => {
    const folder = join(served.cacheDir, 'home');
    await mkdir(folder);
    await writeFile(join(folder, 'token'), 'hf_home\n');
    await writeFile(join(folder, 'other'), ' hf_path \r\n');

    vi.stubEnv('HF_HOME', folder);
    expect(await sent()).toBe('hf_home');
    vi.stubEnv('HF_TOKEN_PATH', join(folder, 'other'));
    expect(await sent()).toBe('hf_path');
    vi.stubEnv('HUGGING_FACE_HUB_TOKEN', 'hf_old');
    expect(await sent()).toBe('hf_old');
    vi.stubEnv('HF_TOKEN', 'hf_new\n');
    expect(await sent()).toBe('hf_new');
    expect(await sent({ accessToken: 'hf_option' })).toBe('hf_option');

    vi.stubEnv('HF_HUB_DISABLE_IMPLICIT_TOKEN', '1');
    expect(await sent()).toBeUndefined();
    expect(await sent({ accessToken: 'hf_option' })).toBe('hf_option');
  });

  test("is found in the user's cache", async () => {
    const folder = join(served.cacheDir, 'huggingface');
    await mkdir(folder);
    await writeFile(join(folder, 'token'), 'hf_cache');
    vi.stubEnv('XDG_CACHE_HOME', served.cacheDir);
    expect(await sent()).toBe('hf_cache');
  });

  test('is none where there is no file, or an empty one', async () => {
    vi.stubEnv('HF_TOKEN_PATH', join(served.cacheDir, 'token'));
    expect(await sent()).toBeUndefined();
    await writeFile(join(served.cacheDir, 'token'), '\n');
    expect(await sent()).toBeUndefined();
  });

  test('that is none is an error that names its place and does not show it', async () => {
    const path = join(served.cacheDir, 'token');
    await writeFile(path, 'secret');
    vi.stubEnv('HF_TOKEN_PATH', path);
    const error = (await failure(served.open())) as Error;
    expect(error).toMatchObject({ name: 'HubError', reason: 'unauthorized' });
    expect(error.message).toContain(path);
    expect(error.message).not.toContain('secret');
  });
});
