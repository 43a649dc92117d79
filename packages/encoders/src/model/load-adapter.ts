import { readSourceFolder, type SourceAdapter } from '@scalearn/core';
import type { HubOptions } from '@scalearn/hub';
import type { ModelFiles } from '../folder/model-files.ts';
import { modelFolder } from '../folder/model-folder.ts';
import { openModelFiles } from '../hub/open-model-files.ts';

/**
 * Loads a trained adapter, a source for stage 2: a bottleneck adapter from an AdapterHub folder with
 * `adapter.safetensors` or `pytorch_adapter.bin`, or a LoRA from a folder of PEFT with `adapter_model.safetensors` or
 * `adapter_model.bin`. If a folder has both files, the first is used.
 *
 * @param source a local folder, a URL, a hub name, or opened files
 * @throws ModelFileError, MissingModelFileError, UnreadableModelFileError, SafetensorsError, TorchFileError, HubError
 */
export async function loadAdapter(
  source: string | URL | ModelFiles,
  options: HubOptions = {},
): Promise<SourceAdapter> {
  const isOpen = typeof source !== 'string' && !(source instanceof URL);
  return readSourceFolder(modelFolder(isOpen ? source : await openModelFiles(source, options)));
}
