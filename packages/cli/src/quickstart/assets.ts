import { fileURLToPath } from 'node:url';
import { adapterFolder, encoderFolder, sourceTasks } from '@scalearn/assets-mini';

/** What the quickstart begins with: already trained, and on disk. */
export interface QuickstartAssets {
  /** Hugging Face folder of the encoder. */
  readonly encoder: string;
  /** Folders of source adapters, by the name of the task they were trained on. */
  readonly adapters: Readonly<Record<string, string>>;
}

/** Those that are installed with this package. */
export function miniAssets(): QuickstartAssets {
  const path = (folder: URL): string => fileURLToPath(folder).replace(/[\\/]$/, '');
  return {
    encoder: path(encoderFolder),
    adapters: Object.fromEntries(sourceTasks.map((task) => [task, path(adapterFolder(task))])),
  };
}
