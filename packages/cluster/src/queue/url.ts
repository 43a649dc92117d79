import { QueueError } from '../errors.ts';

/** How TLS is used; the words are those of PostgreSQL. */
const modes = ['disable', 'require', 'verify-ca', 'verify-full'];

/** A URL of a database that was checked. */
export interface DatabaseUrl {
  /** What the driver gets. */
  readonly connection: string;
  /** The URL without user and password, for messages. */
  readonly where: string;
}

/**
 * Checks `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…`.
 *
 * @throws QueueError `url`
 */
export function databaseUrl(text: string): DatabaseUrl {
  const form = 'postgres://USER:PASSWORD@HOST/DATABASE';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^postgres(?:ql)?:$/.test(url.protocol) || url.hostname === '' || url.pathname.length < 2)
    throw new QueueError('url', `the queue's address is not of the form ${form}; correct it`);
  const mode = url.searchParams.get('sslmode');
  if (mode !== null && !modes.includes(mode)) {
    const known = modes.join(', ');
    throw new QueueError(
      'url',
      `sslmode=${mode} is not supported in the queue's address; use one of ${known}`,
    );
  }
  if (mode === 'verify-ca' && !url.searchParams.has('sslrootcert'))
    throw new QueueError('url', "sslmode=verify-ca needs sslrootcert=FILE in the queue's address; add it");
  const where = `${url.protocol}//${url.host}${url.pathname}`;
  // Otherwise the driver takes all modes for verify-full.
  url.searchParams.set('uselibpqcompat', 'true');
  return { connection: url.href, where };
}
