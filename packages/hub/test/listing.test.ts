// Lists of files that come in pages: every page is read, however its `Link` header is written, or the list is refused.
import { describe, expect, test } from 'vitest';
import { parseLinkHeader } from '../src/link-header.ts';
import { failure, serveEach } from './served.ts';

const data = { commit: 'da'.repeat(20), files: {} };
const served = serveEach({ 'datasets/tiny/data': data });

/** The list of a folder in two pages, of which the first has such a `Link` header. */
async function listed(link: string): Promise<readonly string[]> {
  const host = new URL(served.hub.url).host;
  served.hub.intercept = (_, response, path) => {
    if (!path.includes('/tree/')) return false;
    const isSecond = path.includes('/page2');
    if (!isSecond) response.setHeader('link', link.replaceAll('HOST', host));
    const name = isSecond ? 'rte/b.parquet' : 'rte/a.parquet';
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify([{ type: 'file', path: name, size: 1, oid: 'b'.repeat(40) }]));
    return true;
  };
  const repository = await served.open('tiny/data', { kind: 'dataset', retries: 0 });
  return repository.list('rte');
}

describe('a list goes on at the next page', () => {
  test.each([
    '<http://HOST/api/tree/page2>; rel="next"',
    '</api/tree/page2>; rel="next"',
    '</api/tree/page2?cursor=a,b;c>; rel="next"',
    '<//HOST/api/tree/page2>; rel="next"',
    '<rte/page2>; rel="next"',
    '</api/tree/page2>; rel=next',
    '</api/tree/page2>;rel="next"',
    '</api/tree/page2>  ;\t REL = "Next"  ',
    '</api/tree/page2>; title="x, \\"y\\"; <z>"; rel="next"',
    '</api/tree/page2>; rel="last next"; rel="prev"',
    '</api/tree/page2>; crossorigin; rel="next";',
    '</api/tree/page1>; rel="prev", </api/tree/page2>; rel="next"',
    ', </api/tree/page2>; rel="next", </api/tree/page2>; rel="next"; title*=UTF-8\'\'x,',
  ])('%s', async (link) => {
    expect(await listed(link)).toEqual(['rte/a.parquet', 'rte/b.parquet']);
  });

  test.each(['</api/tree/page2>; rel="prev"', '</api/tree/page2>', '</page2>; title="next"', ','])(
    'and ends where none is named: %s',
    async (link) => {
      expect(await listed(link)).toEqual(['rte/a.parquet']);
    },
  );

  test.each([
    '<javascript:1>; rel="next"',
    '<blob:http://HOST/page2>; rel="next"',
    '<>; rel="next"',
    '<http://[>; rel="next"',
    '<//other.test/page2>; rel="next"',
    '<https://HOST/page2>; rel="next"',
    '<http://me:word@HOST/api/tree/page2>; rel="next"',
    '</api/tree/page2>; rel="next"; anchor="/other"',
    '</api/tree/page2>; rel="next", </api/tree/page3>; rel="next"',
    '</api/tree/page2>; rel="next',
    '</api/tree/page2; rel="next"',
    '/api/tree/page2; rel="next"',
    '</api/tree/page2> rel="next"',
    '</api/tree/page2>; rel=',
    'next',
  ])('and is refused where that is not understood or not followed: %s', async (link) => {
    const error = (await failure(listed(link))) as Error;
    expect(error).toMatchObject({ name: 'HubError', reason: 'refused' });
    expect(served.hub.requests.at(-1)).not.toContain('page2');
  });
});

test('a Link header is read in linear time', () => {
  const start = performance.now();
  for (const part of ['<a>,', '<a>;', '<a>; b="', '<', ' ', ';\t', '"\\', '<a>; b=c; '])
    parseLinkHeader(`<a>; b${part.repeat(100_000)}`);
  expect(performance.now() - start).toBeLessThan(2000);
});
