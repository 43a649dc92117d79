// Both kinds of places keep the same promises.
import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Blobs } from '../../src/store/blobs.ts';
import { contentOf } from '../../src/store/blobs.ts';
import { FolderBlobs } from '../../src/store/folder.ts';
import { BucketBlobs } from '../../src/store/s3/bucket.ts';
import { bucketSettings } from '../../src/store/s3/settings.ts';
import {
  type BucketServer,
  bucketEnvironment,
  bucketNeed,
  startBucketServer,
} from '../support/bucket-server.ts';
import { describeWith } from '../support/needs.ts';

const scratch = mkdtempSync(join(tmpdir(), 'scalearn-blobs-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let server: BucketServer | undefined;
beforeAll(async () => {
  if (!bucketNeed) server = await startBucketServer();
});
afterAll(() => server?.stop());

async function textOf(blobs: Blobs, name: string): Promise<string | undefined> {
  const parts = await blobs.get(name);
  if (!parts) return undefined;
  const found: Uint8Array[] = [];
  for await (const part of parts) found.push(part);
  return Buffer.concat(found).toString();
}

async function bucket(name: string): Promise<Blobs> {
  await server?.createBucket(name);
  const settings = bucketSettings(`s3://${name}/a prefix/é`, bucketEnvironment(server?.url ?? ''));
  return new BucketBlobs(settings, 30_000, 20);
}

const kinds: [string, string | undefined, (name: string) => Promise<Blobs>][] = [
  ['a folder', undefined, async (name) => new FolderBlobs(join(scratch, name), 20)],
  ['a bucket', bucketNeed, bucket],
];

for (const [kind, missing, open] of kinds)
  describeWith(kind, [missing], () => {
    test('stores, replaces, reads and deletes', async () => {
      const blobs = await open('basic');
      await blobs.check();
      expect(await textOf(blobs, 'key/a b+c%d&é.txt')).toBeUndefined();
      await blobs.put('key/a b+c%d&é.txt', await contentOf('first'));
      await blobs.put('key/a b+c%d&é.txt', await contentOf('second'));
      expect(await textOf(blobs, 'key/a b+c%d&é.txt')).toBe('second');
      await blobs.put('key/empty', await contentOf(''));
      expect(await textOf(blobs, 'key/empty')).toBe('');
      expect((await blobs.list('key/')).names).toEqual(['key/a b+c%d&é.txt', 'key/empty']);
      await blobs.delete('key/empty');
      await blobs.delete('key/empty');
      await blobs.delete('key/a b+c%d&é.txt');
      expect((await blobs.list('')).names).toEqual([]);
    });

    test('writes once: one of many wins, and its content stays', async () => {
      const blobs = await open('once');
      const tries = Array.from({ length: 12 }, async (_, i) =>
        blobs.putIfAbsent('key/result.json', await contentOf(`content ${i}`)),
      );
      const won = (await Promise.all(tries)).flatMap((isFirst, i) => (isFirst ? [i] : []));
      expect(won).toHaveLength(1);
      expect(await textOf(blobs, 'key/result.json')).toBe(`content ${won[0]}`);
      expect(await blobs.putIfAbsent('key/result.json', await contentOf('late'))).toBe(false);
      expect((await blobs.list('')).names).toEqual(['key/result.json']);
      await blobs.delete('key/result.json');
      expect(await blobs.putIfAbsent('key/result.json', await contentOf('anew'))).toBe(true);
    });

    test('lists in pages, in order, below a prefix', async () => {
      const blobs = await open('paged');
      const names = Array.from({ length: 25 }, (_, i) => `k${i % 7}/f${i}`).sort();
      const content = await contentOf('x');
      for (const name of names) await blobs.put(name, content);
      const first = await blobs.list('');
      expect(first.names).toEqual(names.slice(0, 20));
      const second = await blobs.list('', first.next);
      expect(second).toEqual({ names: names.slice(20), next: undefined });
      expect((await blobs.list('k3/')).names).toEqual(names.filter((name) => name.startsWith('k3/')));
    });

    test('a reader sees the old content or the new one, never a part', async () => {
      const blobs = await open('torn');
      const contents = [
        await contentOf('a'.repeat(3_000_000)),
        await contentOf('b'.repeat(2_000_000)),
      ] as const;
      await blobs.put('key/f', contents[0]);
      let isWriting = true;
      const write = async (): Promise<void> => {
        for (let i = 0; i < 6; i++) await blobs.put('key/f', contents[i % 2] ?? contents[0]);
        isWriting = false;
      };
      const seen = new Set<string>();
      const read = async (): Promise<void> => {
        while (isWriting) {
          const text = (await textOf(blobs, 'key/f')) ?? '';
          seen.add(`${text[0]} ${text.at(-1)} ${text.length}`);
        }
      };
      await Promise.all([write(), read(), read()]);
      expect([...seen].filter((each) => each !== 'a a 3000000' && each !== 'b b 2000000')).toEqual([]);
      expect((await blobs.list('')).names).toEqual(['key/f']);
    });

    test('sends a file in parts, and refuses one that changed meanwhile', async () => {
      const blobs = await open('large');
      const path = join(scratch, `${blobs.where.length}.bin`);
      writeFileSync(path, Buffer.alloc(5_000_000, 7));
      const content = await contentOf(await openAsBlob(path));
      await blobs.put('key/large', content);
      expect((await textOf(blobs, 'key/large'))?.length).toBe(5_000_000);
      writeFileSync(path, Buffer.alloc(5_000_000, 8));
      await expect(blobs.put('key/changed', content)).rejects.toMatchObject({ reason: 'damaged' });
      expect(await textOf(blobs, 'key/changed')).toBeUndefined();
    });
  });
