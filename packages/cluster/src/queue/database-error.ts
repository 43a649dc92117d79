import { QueueError, type QueueReason } from '../errors.ts';

/** Codes of PostgreSQL, and what they mean here. */
const reasons: readonly (readonly [code: RegExp, reason: QueueReason, advice: string])[] = [
  [/^28/, 'login', 'the login is refused; check user and password'],
  [/^3D000$/, 'login', 'there is no such database; create it with createdb'],
  [/^42501$/, 'permission', 'the user may not do that; grant it CREATE on the database'],
  [/^3F000$|^42P01$/, 'schema', "the queue's tables are gone; submit the experiment again"],
  [/^(?:08|57P|53)/, 'away', 'the database is stopping, starting or overloaded; try again later'],
];

const network = /^(?:ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOST|ENET|EPIPE)/;

/** Returns the error of a call of the database as one sentence. */
export function asQueueError(error: unknown, where: string): QueueError {
  if (error instanceof QueueError) return error;
  const { code: given, message } = plain(error);
  const code = String(given ?? '');
  const about = { cause: error };
  for (const [pattern, reason, advice] of reasons)
    if (pattern.test(code)) return new QueueError(reason, `${where}: ${advice} (${message})`, about);
  if (network.test(code) || /terminated|timeout|not queryable|Connection ended|pool after/i.test(message))
    return new QueueError(
      'away',
      `${where}: the database does not answer (${message || code}); is it running?`,
      about,
    );
  if (/does not support SSL|certificate|TLS|SSL/i.test(message))
    return new QueueError(
      'url',
      `${where}: no secure connection (${message}); check sslmode in the address`,
      about,
    );
  return new QueueError('refused', `${where}: the database refused it (${message})`, about);
}

/** A connection that was tried over IPv4 and IPv6 fails with an error for each. */
function plain(error: unknown): { readonly code?: unknown; readonly message: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return plain(error.errors[0]);
  return error instanceof Error ? error : { message: String(error) };
}
