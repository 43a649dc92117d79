import { describe, expect, test } from 'vitest';
import { type Answer, another, answering, json, list, load, redirect, served, TOKEN } from './hostile-hub.ts';
import { failure, MODEL } from './served.ts';

describe('the access token goes to the hub alone', () => {
  const cloudfront = { 'x-cache': 'Hit from cloudfront' };
  const xet = (url: string) => ({
    'content-type': 'application/vnd.xet-fileinfo+json',
    'x-linked-size': '21',
    'x-xet-hash': 'c'.repeat(64),
    link: `<${url}/steal>; rel="xet-auth", <${url}/info>; rel="xet-reconstruction-info"`,
  });

  test.each<[string, (url: string) => Record<string, string>]>([
    ['plainly', () => ({})],
    ['as a cache of the hub', () => cloudfront],
    ['with the description of a large file', xet],
  ])('a redirect to a host that answers %s', async (_, headers) => {
    const other = await another((request, response) => {
      for (const [name, value] of Object.entries(headers(`http://${request.headers.host}`)))
        response.setHeader(name, value);
      response.setHeader('etag', '"x"');
      response.setHeader('content-range', 'bytes 0-0/21');
      response.statusCode = request.headers.range === 'bytes=0-0' ? 206 : 200;
      response.end('x'.repeat(21));
    });
    answering('/resolve/', redirect(`${other.url}/cdn`));
    await failure(load());
    expect(other.saw.length).toBeGreaterThan(0);
    expect(other.saw.join()).not.toMatch(/hf_SECRET/i);
  });

  test.each(['/api/models/', '/paths-info/'])('a redirect of a question, %s', async (part) => {
    const other = await another((_, response) => void response.end('[]'));
    answering(part, redirect(`${other.url}/cdn`, 307));
    await failure(load());
    expect(other.saw).toHaveLength(1);
    expect(other.saw.join()).not.toMatch(/hf_SECRET/i);
  });

  test('a list that goes on at another host', async () => {
    const other = await another((_, response) => void response.end('[]'));
    answering('/tree/', (_, response) => {
      response.setHeader('link', `<${other.url}/next>; rel="next"`);
      response.setHeader('content-type', 'application/json').end('[]');
    });
    expect(await failure(list())).toMatchObject({ name: 'HubError', reason: 'refused' });
    expect(other.saw).toEqual([]);
  });

  test('a redirect that comes back does not get it again', async () => {
    const other = await another((_, response) =>
      redirect(`${served.hub.url}/back`)({} as never, response, ''),
    );
    const seen: (string | undefined)[] = [];
    answering(/resolve|back/, (request, response, path) => {
      if (path !== '/back') return redirect(`${other.url}/x`)(request, response, path);
      seen.push(request.headers.authorization);
      response.end('x');
    });
    await failure(load());
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.every((header) => header === undefined)).toBe(true);
    expect(other.saw.join()).not.toMatch(/hf_SECRET/i);
  });

  test('on the hub itself a redirect is followed with it', async () => {
    answering(/resolve.*config/, (request, response, path) =>
      redirect(path.replace('config.json', 'sub/notes.txt'))(request, response, path),
    );
    await failure(load());
    expect(served.hub.requests.at(-1)).toContain('sub/notes.txt');
    expect(served.hub.authorization).toBe(`Bearer ${TOKEN}`);
  });

  test.each<[string, string]>([
    ['http://user:word@localhost/', 'user name'],
    ['file:///etc/passwd', 'web address'],
    ['data:text/plain,x', 'web address'],
    ['http://[', 'web address'],
  ])('a redirect to %s is not followed', async (location, why) => {
    answering('/resolve/', redirect(location));
    const error = (await failure(load())) as Error;
    expect(error).toMatchObject({ name: 'HubError', reason: 'refused' });
    expect(error.message).toContain(why);
  });

  test('a redirect from https to http is not followed', async () => {
    const asked: string[] = [];
    const fetch = async (input: unknown) => {
      asked.push(String(input));
      return new Response(null, { status: 302, headers: { location: 'http://hub.test/x' } });
    };
    const error = await failure(
      served.open(MODEL, { endpoint: 'https://hub.test', accessToken: TOKEN, fetch: fetch as never }),
    );
    expect(error).toMatchObject({ name: 'HubError', reason: 'refused' });
    expect(asked).toHaveLength(1);
  });

  test('a redirect without end is an error', async () => {
    answering('/resolve/', (request, response, path) => redirect(path)(request, response, path));
    expect(await failure(load())).toMatchObject({ name: 'HubError', reason: 'refused' });
    expect(served.hub.requests.length).toBeLessThan(30);
  });

  test.each<[string, Answer]>([
    ['the commit', (_, response) => json(response, { sha: TOKEN })],
    ['what is no JSON', (_, response) => json(response, TOKEN, String)],
    ['a host', redirect(`https://${TOKEN}@x.test/`)],
  ])('messages do not show it: %s', async (_, answer) => {
    answering('/revision/', answer);
    const error = (await failure(load())) as Error;
    expect(error.name).toBe('HubError');
    const texts = [
      error.message,
      error.stack,
      String(error.cause),
      (error.cause as Error | undefined)?.stack,
    ];
    expect(texts.join()).not.toMatch(/hf_SECRET/i);
  });

  test('one that cannot be sent is refused and not shown', async () => {
    const error = (await failure(served.load(MODEL, { accessToken: 'hf_a b' }))) as Error;
    expect(error).toMatchObject({ name: 'HubError', reason: 'unauthorized' });
    expect(error.message).not.toContain('hf_a b');
    await served.load(MODEL, { accessToken: `${TOKEN}\n` });
    expect(served.hub.authorization).toBe(`Bearer ${TOKEN}`);
  });
});
