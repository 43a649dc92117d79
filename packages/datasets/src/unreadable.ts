/** Replaces a value that is neither a text nor a label, such as a date or binary data. */
export class Unreadable {
  /** Description of the value, for messages. */
  readonly what: string;

  constructor(what: string) {
    this.what = what;
  }
}
