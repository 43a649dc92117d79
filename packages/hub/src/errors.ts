import { printable } from './printable.ts';

/** The reason why the hub returned nothing. */
export type HubReason =
  | 'name' // not the name of a repository, or of a file in one
  | 'setting' // an option or an environment variable is not understood
  | 'not-found' // no such repository or revision, or a private one
  | 'gated' // its authors ask for consent first
  | 'unauthorized' // the access token is wrong
  | 'unreachable' // no connection, and the cache does not have what is needed
  | 'offline' // downloads are switched off, and the cache does not have what is needed
  | 'refused' // any other response, such as 429 or 500, or one that is not followed or not understood
  | 'damaged' // what arrived is not the file
  | 'cache'; // the cache cannot be written, or has no room

/**
 * A repository of the hub, or a file of it, could not be read. The message says what to do next. Parts of it may come
 * from a server, so unprintable characters are escaped.
 */
export class HubError extends Error {
  override readonly name = 'HubError';
  readonly reason: HubReason;
  /** The repository, with its revision. */
  readonly repository: string;

  constructor(reason: HubReason, repository: string, message: string, options?: ErrorOptions) {
    super(printable(`${repository}: ${message}`), options);
    this.reason = reason;
    this.repository = repository;
  }
}
