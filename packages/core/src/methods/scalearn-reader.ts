import { at } from '../elements.ts';
import { JsonFields } from '../files/json-fields.ts';
import type { MethodReader } from './model-folder.ts';
import { fileFault } from './model-folder.ts';
import { checkFileTarget } from './model-json.ts';
import { scalearn } from './scalearn.ts';
import { parseScalearnConfig } from './scalearn-files.ts';
import { readSourceFolders } from './sources-reader.ts';
import { checkSources } from './stack-sources.ts';
import { openFolderTensors } from './tensor-files.ts';
import { readExactly } from './trained-tensors.ts';

/** Reads the folder of a ScaLearn model: ω, its configuration, and a folder for each source. */
export const scalearnReader: MethodReader = async (folder, target) => {
  const text = await folder.text('scalearn_config.json');
  if (text === undefined) return undefined;
  const where = `${folder.describe()}/scalearn_config.json`;
  const json = JsonFields.parse(text, where);
  checkFileTarget(json, target);
  const { vector: _, shared: __, ...options } = parseScalearnConfig(json.object('config'));
  const sources = await readSourceFolders(folder, json);
  const weights = await openFolderTensors(folder, 'model_scalearn');
  const names = sources.map(({ name }) => name);
  const adapterName = at(names, -1);
  const { method, specs } = fileFault(where, () => {
    const method = scalearn({ ...options, sources });
    const own = { ...target, adapterName, tasks: [adapterName] };
    checkSources(sources, target);
    return { method, specs: method.parameters(own) };
  });
  const fault = `${weights.where} does not fit its configuration and the encoder`;
  const tensors = await readExactly(weights.tensors, specs, fault);
  return { adapterName, method, tensors };
};
