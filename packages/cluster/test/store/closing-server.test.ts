// A server that closes its connection while an answer waits to be read, as after a machine was frozen.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BucketBlobs } from '../../src/store/s3/bucket.ts';
import { bucketSettings } from '../../src/store/s3/settings.ts';
import { bucketEnvironment } from '../support/bucket-server.ts';
import { describeWith } from '../support/needs.ts';

const size = 256 * 1024;

describeWith('an answer whose connection has ended', [], () => {
  let server: Server;
  beforeAll(async () => {
    server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\nConnection: close\r\n\r\n`);
        socket.end(Buffer.alloc(size, 7));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => void server.close());

  test('is read to its end, however late', async () => {
    const { port } = server.address() as AddressInfo;
    const settings = bucketSettings('s3://runs/x', bucketEnvironment(`http://127.0.0.1:${port}`));
    const parts = await new BucketBlobs(settings).get('file');
    await setTimeout(300);
    let count = 0;
    for await (const part of parts ?? []) {
      count += part.length;
      expect(part.every((byte) => byte === 7)).toBe(true);
      await setTimeout(20);
    }
    expect(count).toBe(size);
  });
});
