import { adapterFiles } from './adapter-files.ts';
import { loraAdapterFiles } from './lora/files.ts';
import type { FileSet } from './method.ts';
import { isLora, type SourceAdapter } from './source.ts';

/** Returns the files of source adapters, each in a folder of its name. `readSourceFolders` reads them. */
export function sourceFiles(
  sources: readonly SourceAdapter[],
  call: Parameters<typeof adapterFiles>[1],
): FileSet {
  return Object.fromEntries(
    sources.flatMap((source) =>
      Object.entries(isLora(source) ? loraAdapterFiles(source, call) : adapterFiles(source, call)).map(
        ([file, content]) => [`${source.name}/${file}`, content],
      ),
    ),
  );
}
