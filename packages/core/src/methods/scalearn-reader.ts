import type { NamedTensor } from '../nn/parameters.ts';
import { ModelFileError, parseJsonObject } from './adapter-config.ts';
import type { MethodReader } from './model-folder.ts';
import { scalearn } from './scalearn.ts';
import { parseScalearnConfig } from './scalearn-files.ts';
import { omegaKeys } from './scalearn-settings.ts';
import { readSourceFolders } from './sources-reader.ts';
import { openTensorFile } from './tensor-files.ts';

/** Reads the folder of a ScaLearn model: ω, its configuration, and a folder for each source. */
export const scalearnReader: MethodReader = async (folder, target) => {
  const text = await folder.text('scalearn_config.json');
  if (text === undefined) return undefined;
  const where = `${folder.describe()}/scalearn_config.json`;
  const json = parseJsonObject(text, where);
  const settings = parseScalearnConfig((json.config ?? {}) as Record<string, unknown>);
  const sources = await readSourceFolders(folder, json.name, where);
  const weights = await openTensorFile(folder, 'model_scalearn');
  const names = sources.map(({ name }) => name);
  const adapterName = names.at(-1) as string;
  const tensors = new Map<string, NamedTensor>();
  for (const key of omegaKeys(target.encoder, names, settings.shared)) {
    const entry = weights.tensors.entries.get(key);
    if (!entry) throw new ModelFileError(`${weights.where} has no ${key}`);
    tensors.set(key, { shape: entry.shape, data: await weights.tensors.readFloat32(key) });
  }
  return { adapterName, method: scalearn({ ...settings, sources }), tensors };
};
