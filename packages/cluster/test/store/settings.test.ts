import { describe, expect, test } from 'vitest';
import { BucketBlobs } from '../../src/store/s3/bucket.ts';
import { bucketSettings } from '../../src/store/s3/settings.ts';
import { openStore } from '../../src/store/store.ts';

const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };

describe('the address of a bucket', () => {
  test.each([
    ['s3://runs', { AWS_REGION: 'eu-west-1' }, 'https://runs.s3.eu-west-1.amazonaws.com', ''],
    [
      's3://runs/a/b/',
      { AWS_DEFAULT_REGION: 'eu-west-1' },
      'https://runs.s3.eu-west-1.amazonaws.com',
      'a/b/',
    ],
    ['s3://my.runs/a', { AWS_REGION: 'x-1' }, 'https://s3.x-1.amazonaws.com/my.runs', 'a/'],
    ['s3://runs', { AWS_ENDPOINT_URL: 'http://host:9000/' }, 'http://host:9000/runs', ''],
    [
      's3://runs',
      { AWS_ENDPOINT_URL: 'http://all', AWS_ENDPOINT_URL_S3: 'http://s3/base' },
      'http://s3/base/runs',
      '',
    ],
  ])('%s with %o', (location, environment, url, prefix) => {
    expect(bucketSettings(location, { ...keys, ...environment })).toMatchObject({ url, prefix });
  });
});

test.each([
  ['s3://', {}, 'names no bucket'],
  ['s3://Upper', {}, 'names no bucket'],
  ['s3://runs/../x', {}, '.. ; leave it out'],
  ['s3://runs', {}, 'AWS_REGION is not set'],
  ['s3://runs', { AWS_ENDPOINT_URL: 'host:9000' }, 'AWS_ENDPOINT_URL is not an address'],
])('%s with %o is refused', (location, environment, message) => {
  expect(() => bucketSettings(location, { ...keys, ...environment })).toThrow(message.replace(' ;', ';'));
});

test('credentials in files are refused by name', () => {
  const environment = { AWS_REGION: 'x', AWS_PROFILE: 'work' };
  expect(() => bucketSettings('s3://runs', environment)).toThrow('AWS_PROFILE=work is not supported');
  expect(() => bucketSettings('s3://runs', { AWS_REGION: 'x' })).toThrow('AWS_ACCESS_KEY_ID and');
  expect(bucketSettings('s3://runs', { ...environment, ...keys }).accessKeyId).toBe('id');
});

test.each(['gs://runs', 'https://host/runs', 'file:///runs', ''])(
  '%s is no place of a store',
  async (location) => {
    await expect(openStore(location)).rejects.toMatchObject({ reason: 'location' });
  },
);

test('a file that needs an upload in parts is refused before anything is sent', async () => {
  const blobs = new BucketBlobs(
    bucketSettings('s3://runs', { ...keys, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }),
  );
  const large = Object.defineProperty(new Blob([]), 'size', { value: 6 * 2 ** 30 });
  await expect(blobs.put('key/f', { blob: large, sha256: '0'.repeat(64) })).rejects.toThrow(
    'larger than 5 GiB',
  );
});
