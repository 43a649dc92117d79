import { type Adapter, readAdapterFolder } from '@scalearn/core';
import type { HubOptions } from '@scalearn/hub';
import type { ModelFiles } from '../folder/model-files.ts';
import { modelFolder } from '../folder/model-folder.ts';
import { openModelFiles } from '../hub/open-model-files.ts';

/**
 * Loads a trained bottleneck adapter, a source for stage 2, from an AdapterHub folder with `adapter.safetensors` or
 * `pytorch_adapter.bin`. If the folder has both, the first is used.
 *
 * @param source a local folder, a URL, a hub name, or opened files
 * @throws ModelFileError, MissingModelFileError, UnreadableModelFileError, SafetensorsError, TorchFileError, HubError
 */
export async function loadAdapter(
  source: string | URL | ModelFiles,
  options: HubOptions = {},
): Promise<Adapter> {
  const isOpen = typeof source !== 'string' && !(source instanceof URL);
  return readAdapterFolder(modelFolder(isOpen ? source : await openModelFiles(source, options)));
}
