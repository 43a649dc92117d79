import { StoreError } from '../../errors.ts';

/** How to reach a bucket. */
export interface BucketSettings {
  readonly bucket: string;
  /** Beginning of every name, with a `/` at its end, or empty. */
  readonly prefix: string;
  /** Address of the bucket, without a `/` at its end. */
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns how to reach `s3://BUCKET/PREFIX`, from the usual variables of AWS.
 *
 * @throws StoreError `location`, `setting`
 */
export function bucketSettings(location: string, environment: Environment): BucketSettings {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]*)(?:\/(.*))?$/.exec(location) ?? [];
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw new StoreError('location', `${location} names no bucket; write s3://BUCKET or s3://BUCKET/PREFIX`);
  const parts = path.split('/').filter((part) => part !== '');
  if (parts.some((part) => part === '.' || part === '..'))
    throw new StoreError('location', `the prefix of ${location} has a part . or ..; leave it out`);
  const value = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const endpoint = endpointOf(value('AWS_ENDPOINT_URL_S3') ?? value('AWS_ENDPOINT_URL'));
  const region = value('AWS_REGION') ?? value('AWS_DEFAULT_REGION') ?? (endpoint ? 'us-east-1' : undefined);
  if (region === undefined)
    throw new StoreError('setting', `AWS_REGION is not set; set it to the region of the bucket ${bucket}`);
  return {
    bucket,
    prefix: parts.map((part) => `${part}/`).join(''),
    url: endpoint ? `${endpoint}/${bucket}` : addressOf(bucket, region),
    region,
    ...credentialsOf(value),
  };
}

/** A certificate of AWS covers one label before the service's name, so that a bucket with dots is a part of the path. */
const addressOf = (bucket: string, region: string): string =>
  bucket.includes('.')
    ? `https://s3.${region}.amazonaws.com/${bucket}`
    : `https://${bucket}.s3.${region}.amazonaws.com`;

function endpointOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '')
    throw new StoreError(
      'setting',
      'AWS_ENDPOINT_URL is not an address such as https://s3.example.org; correct it',
    );
  return url.href.replace(/\/+$/, '');
}

function credentialsOf(
  value: (name: string) => string | undefined,
): Pick<BucketSettings, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'> {
  const accessKeyId = value('AWS_ACCESS_KEY_ID');
  const secretAccessKey = value('AWS_SECRET_ACCESS_KEY');
  if (accessKeyId && secretAccessKey)
    return { accessKeyId, secretAccessKey, sessionToken: value('AWS_SESSION_TOKEN') };
  const profile = value('AWS_PROFILE');
  const way = 'aws configure export-credentials --format env';
  throw new StoreError(
    'setting',
    profile === undefined
      ? 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set; set them to the credentials of the bucket'
      : `AWS_PROFILE=${profile} is not supported: its files are not read. Set what \`${way}\` prints`,
  );
}
