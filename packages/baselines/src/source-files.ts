import { type Adapter, adapterFiles, type FileSet } from '@scalearn/core';

/** Returns the files of source adapters, each in a folder of its name. `readSourceFolders` reads them. */
export function sourceFiles(sources: readonly Adapter[], call: Parameters<typeof adapterFiles>[1]): FileSet {
  return Object.fromEntries(
    sources.flatMap((source) =>
      Object.entries(adapterFiles(source, call)).map(([file, content]) => [
        `${source.name}/${file}`,
        content,
      ]),
    ),
  );
}
