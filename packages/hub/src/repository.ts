/** The files of a repository of the hub, all of one commit. */
export interface Repository {
  /** The repository with its revision, for messages. */
  describe(): string;
  /** Whether the cache alone is used, which may lack files that the repository has. */
  readonly isOffline: boolean;
  /** Whether there is such a file. */
  has(name: string): Promise<boolean>;
  /** Names of the files in a folder and those below it, sorted; without a connection, of those in the cache. */
  list(folder: string): Promise<readonly string[]>;
  /**
   * A file: its path in the cache, where it is put first if need be; in a browser, which has none, its bytes, fetched
   * when they are read. `undefined` where there is no such file.
   */
  get(name: string): Promise<string | Blob | undefined>;
}
