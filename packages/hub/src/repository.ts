/** The files of a repository of the hub, all of one commit. */
export interface Repository {
  /** Returns the repository with its revision, for messages. */
  describe(): string;
  /** Whether only the cache is used, which may lack files of the repository. */
  readonly isOffline: boolean;
  /** Returns whether a file exists. */
  has(name: string): Promise<boolean>;
  /** Returns the size of a file in bytes, without downloading it; `undefined` if there is no such file. */
  size(name: string): Promise<number | undefined>;
  /**
   * Returns the names of the files in a folder and below it, sorted; of all files for an empty name. Without a connection only cached files are listed.
   */
  list(folder: string): Promise<readonly string[]>;
  /**
   * Returns a file: its path in the cache, into which it is downloaded if necessary. In a browser, which has no cache,
   * the result is its bytes, fetched when they are read. Returns `undefined` if there is no such file.
   */
  get(name: string): Promise<string | Blob | undefined>;
}
