import { fileURLToPath } from 'node:url';
import { adapterFolder, encoderFolder, sourceTasks } from '@scalearn/assets-mini';

/** Trained models on disk that come with the command. */
export interface MiniAssets {
  /** Hugging Face folder of the encoder. */
  readonly encoder: string;
  /** Folders of source adapters, by the name of the task they were trained on. */
  readonly adapters: Readonly<Record<string, string>>;
}

/** Returns the assets that are installed with this package. */
export function miniAssets(): MiniAssets {
  const path = (folder: URL): string => fileURLToPath(folder).replace(/[\\/]$/, '');
  return {
    encoder: path(encoderFolder),
    adapters: Object.fromEntries(sourceTasks.map((task) => [task, path(adapterFolder(task))])),
  };
}

/** Returns the source of an encoder: the name `mini` stands for the one that comes with the command. */
export const encoderSource = (name: string): string => (name === 'mini' ? miniAssets().encoder : name);
