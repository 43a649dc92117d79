/** In the place of a value that can be neither text nor label: a date, binary data. */
export class Unreadable {
  /** What it is, for messages. */
  readonly what: string;

  constructor(what: string) {
    this.what = what;
  }
}
