// The search for models: its requests, its pages, and answers that are not what a hub sends.
import { expect, test, vi } from 'vitest';
import { searchModels } from '../src/search-models.ts';
import { failure, serveEach } from './served.ts';

const served = serveEach({});
const sha = 'ab'.repeat(20);
const entry = (id: string, downloads = 1) => ({ id, sha, downloads, tags: ['peft'] });

/** Answers searches with pages; a page is a list, or a text that is sent as it is. */
function answer(pages: readonly unknown[], link = '</api/models?page=NEXT>; rel="next"'): string[] {
  const asked: string[] = [];
  served.hub.intercept = (request, response, path) => {
    if (path !== '/api/models') return false;
    asked.push(request.url!);
    const at = Number(new URL(request.url!, served.hub.url).searchParams.get('page') ?? 0);
    const page = pages[at % pages.length];
    if (at + 1 < pages.length || link.includes('always'))
      response.setHeader('link', link.replace('NEXT', String(at + 1)));
    response.setHeader('content-type', 'application/json');
    response.end(typeof page === 'string' ? page : JSON.stringify(page));
    return true;
  };
  return asked;
}
const search = (more = {}) => searchModels('rte 2', { endpoint: served.hub.url, retries: 0, ...more });

test('asks for names, tags and commits, and reads the pages that it needs', async () => {
  const asked = answer([
    [entry('a/one'), entry('b/two')],
    [entry('a/one'), entry('c/three')],
    [entry('d/4')],
  ]);
  const found = await search({ tags: ['peft'], most: 3 });
  expect(found.map(({ name }) => name)).toEqual(['a/one', 'b/two', 'c/three']);
  expect(found[0]).toEqual({ name: 'a/one', commit: sha, downloads: 1, tags: ['peft'] });
  expect(asked).toHaveLength(2);
  const { searchParams } = new URL(asked[0]!, served.hub.url);
  expect(Object.fromEntries(searchParams)).toMatchObject({
    ...{ search: 'rte 2', filter: 'peft', sort: 'downloads', limit: '3' },
  });
  expect(searchParams.getAll('expand')).toEqual(['sha', 'tags', 'downloads']);
});

test('a token that is sent back is not shown', async () => {
  answer([[entry('x hf_SecretToken')]]);
  const error = (await failure(search({ accessToken: 'hf_SecretToken' }))) as Error;
  expect(error).toMatchObject({ name: 'HubError', reason: 'refused' });
  expect(`${error.message} ${error.stack}`).not.toContain('hf_SecretToken');
});

test('finds nothing where there is nothing', async () => {
  answer([[]]);
  expect(await search()).toEqual([]);
});

test.each<[string, unknown]>([
  ['not JSON', '<html>'],
  ['not a list', {}],
  ['not the name of a model', [entry('a/b/c')]],
  ['not the name of a model', [entry('../b')]],
  ['not the name of a model', [entry('a/b@main')]],
  ['not the name of a model', [entry('a/b\u0007')]],
  ['not the name of a model', [null]],
  ['the commit', [{ ...entry('a/b'), sha: '../..' }]],
  ['the tags', [{ ...entry('a/b'), tags: [1] }]],
  ['the downloads', [{ ...entry('a/b'), downloads: 'many' }]],
])('%s is refused: %j', async (message, page) => {
  answer([page]);
  expect(await failure(search())).toMatchObject({
    ...{ name: 'HubError', reason: 'refused', message: expect.stringContaining(message) },
  });
});

test.each([
  ['goes on at other.test', '<http://other.test/api/models>; rel="next"'],
  ['goes in a circle', '</api/models?page=0&always>; rel="next"'],
  ['does not end', '</api/models?page=NEXT&always>; rel="next"'],
])('pages: its list of models %s', async (message, link) => {
  answer([[entry('a/one')], [entry('a/one')]], link);
  expect(await failure(search())).toMatchObject({
    ...{ reason: 'refused', message: expect.stringContaining(message) },
  });
});

test('nothing is asked offline, and a hub that is away is an error', async () => {
  const asked = answer([[]]);
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  expect(await failure(search())).toMatchObject({ reason: 'offline' });
  expect(asked).toEqual([]);
  vi.stubEnv('HF_HUB_OFFLINE', '0');
  served.hub.answers.push({ status: 503 });
  expect(await failure(search())).toMatchObject({ reason: 'refused' });
});
