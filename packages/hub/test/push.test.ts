import { describe, expect, test, vi } from 'vitest';
import { HubError, pushFiles } from '../src/index.ts';
import { bytesOf, COMMIT, failure, MODEL, model, serveEach, weights } from './served.ts';

const served = serveEach({ [MODEL]: model });
const token = 'hf_write';
const files = { 'README.md': '# mine', 'weights.bin': weights, 'heads/a/config.json': '{}' };
const push = (name: string, more: Parameters<typeof pushFiles>[2] = {}) =>
  pushFiles(name, files, { endpoint: served.hub.url, accessToken: token, ...more });

describe('pushFiles', () => {
  test('makes a repository, and what it uploads can be downloaded', async () => {
    served.hub.writeToken = token;
    const { commit, url } = await push('me/new', { message: 'Add my model' });
    expect(url).toBe(`${served.hub.url}/me/new`);
    expect(served.hub.commits).toEqual(['Add my model']);
    const repository = await served.open('me/new');
    expect(new TextDecoder().decode(await bytesOf(repository, 'README.md'))).toBe('# mine');
    expect(await bytesOf(repository, 'weights.bin')).toEqual(weights);
    expect(served.hub.repositories['me/new']!.commit).toBe(commit);
  });

  test('sends the token to the hub only, not to where large files go', async () => {
    served.hub.writeToken = token;
    await push('me/new');
    expect(served.hub.uploadAuthorizations).toEqual([undefined]);
  });

  test('keeps the other files of a repository', async () => {
    served.hub.writeToken = token;
    await push(MODEL);
    expect(Object.keys(served.hub.repositories[MODEL]!.files)).toEqual(
      expect.arrayContaining(['config.json', 'heads/a/config.json']),
    );
  });

  test('without a token says what is needed, and asks nothing', async () => {
    vi.stubEnv('HF_TOKEN', '');
    const error = await failure(push('me/new', { accessToken: undefined }));
    expect(error).toBeInstanceOf(HubError);
    expect(String(error)).toContain('an access token with write access is needed');
    expect(served.hub.requests).toEqual([]);
  });

  test('says that a token may not write', async () => {
    const error = await failure(push(MODEL, { accessToken: 'hf_read' }));
    expect(error).toMatchObject({ reason: 'unauthorized' });
    expect(String(error)).toContain('may not write there');
    expect(served.hub.repositories[MODEL]!.commit).toBe(COMMIT);
  });

  test.each([
    ['alone', {}, /has an owner/],
    ['me/new', { '../x': 'y' }, /not the name of a file inside/],
    ['me/a b', {}, /not the name of a model/],
  ])('refuses %s %j', async (name, wrong, message) => {
    const error = await failure(pushFiles(name, wrong, { endpoint: served.hub.url, accessToken: token }));
    expect(String(error)).toMatch(message);
  });

  test('a failing hub commits nothing, and says so', async () => {
    served.hub.writeToken = token;
    served.hub.intercept = (_, response, path) => {
      if (!path.includes('/upload/')) return false;
      response.writeHead(500).end();
      return true;
    };
    expect(await failure(push(MODEL))).toMatchObject({ reason: 'refused' });
    expect(served.hub.commits).toEqual([]);
  });

  test('can be interrupted', async () => {
    served.hub.writeToken = token;
    const controller = new AbortController();
    served.hub.intercept = (_, __, path) => {
      if (!path.includes('/upload/')) return false;
      controller.abort(new Error('stopped'));
      return true;
    };
    expect(String(await failure(push(MODEL, { signal: controller.signal })))).toContain('stopped');
    expect(served.hub.commits).toEqual([]);
  });
});
