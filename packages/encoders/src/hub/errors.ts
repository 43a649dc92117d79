import { ScalearnError } from '@scalearn/core';

/** Why the hub gave nothing. */
export type HubReason =
  | 'name' // not the name of a model
  | 'not-found' // no such model or revision, or a private one
  | 'gated' // its authors ask for consent first
  | 'unauthorized' // the access token is wrong
  | 'unreachable' // no connection, and the cache does not have what is needed
  | 'offline' // downloads are switched off, and the cache does not have what is needed
  | 'refused' // any other answer, such as 429 or 500
  | 'damaged' // what arrived is not the file
  | 'cache'; // the cache cannot be written

/** A model of the hub could not be had. The message says what to do next. */
export class HubError extends ScalearnError {
  override readonly name = 'HubError';
  readonly reason: HubReason;
  /** The model, with its revision. */
  readonly model: string;

  constructor(reason: HubReason, model: string, message: string, options?: ErrorOptions) {
    super(`${model}: ${message}`, options);
    this.reason = reason;
    this.model = model;
  }
}
