import { type AdapterSource, adapterFiles, type Method, mergeAdapters } from '@scalearn/core';
import { JsonFields } from '@scalearn/core/files';
import { add, linear, multiply, relu } from '@scalearn/core/graph';
import {
  adaptersOf,
  defineMethod,
  type MethodDefinition,
  type MethodReader,
  openFolderTensors,
  readSourceFolders,
  readTrainedTensors,
  stableStringify,
  tensorFiles,
} from '@scalearn/core/methods';

const gate = (layer: number): string => `gate.${layer}`;
const configFile = 'gated_sum.json';

/**
 * A custom method: the plain sum of the sources, scaled by one learned gate per hidden unit and layer, `y = LN₂(g ⊙ Σ_t
 * up_t(z) + h + x)` with `z = LN₂(h + x)`. Unlike ScaLearn it cannot prefer a source.
 *
 * @param start the initial value of the gates is `start` divided by the number of sources
 */
export function gatedSum(given: readonly AdapterSource[], start = 2): Method {
  const sources = adaptersOf(given, 'a gated sum');
  return {
    name: 'gated-sum',
    kind: 'two-stage',
    headLayout: 'flexible',
    // Used if `train` is given no other values.
    defaults: { learningRate: 6e-3, epochs: 12, patience: 12, weightDecay: 0 },
    // Everything else that determines the result. A run is resumed only with equal settings.
    settings: { start, sources: sources.map(({ name }) => name) },
    // Trainable parameters. Their names are the keys in files and checkpoints.
    parameters: ({ encoder: { layers, hiddenSize } }) =>
      Array.from({ length: layers }, (_, layer) => {
        const init = { constant: start / sources.length };
        return { name: gate(layer), shape: [hiddenSize], init, decay: false };
      }),
    // Tensors that are uploaded to the device once and do not change.
    frozen: ({ encoder: { hiddenSize } }) =>
      sources.flatMap(({ layers, width }, t) =>
        layers.flatMap((layer, i) => [
          { name: `${t}.${i}.down`, shape: [width, hiddenSize], values: layer.down },
          { name: `${t}.${i}.downBias`, shape: [width], values: layer.downBias },
          { name: `${t}.${i}.up`, shape: [hiddenSize, width], values: layer.up },
          { name: `${t}.${i}.upBias`, shape: [hiddenSize], values: layer.upBias },
        ]),
      ),
    // The computation. Gradients, optimizer, checkpoints and all devices work without further code.
    sites: ({ parameter, frozen }) => ({
      feedForwardOutput: ({ layer, hidden, residual, norm }) => {
        const total = add(hidden, residual);
        const z = norm(total);
        const outputs = sources.map((_, t) => {
          const part = (name: string) => frozen(`${t}.${layer}.${name}`);
          return linear(relu(linear(z, part('down'), part('downBias'))), part('up'), part('upBias'));
        });
        return norm(add(multiply(add(...outputs), parameter(gate(layer))), total));
      },
    }),
    // The gates, and the sources in subfolders of their names: the model's folder needs no other folder.
    save: (call) => ({
      [configFile]: stableStringify({
        name: sources.map(({ name }) => name).join(','),
        start,
        target: call.adapterName,
      }),
      ...tensorFiles('gates', call.tensors),
      ...Object.fromEntries(
        sources.flatMap((source) =>
          Object.entries(adapterFiles(source, call)).map(([file, content]) => [
            `${source.name}/${file}`,
            content,
          ]),
        ),
      ),
    }),
    // A gate equals ScaLearn's coefficient, shared by all sources. The sum is therefore one adapter.
    merge: ({ adapterName, encoder, tensors }) => {
      const omegas = Array.from({ length: encoder.layers }, (_, layer) => {
        const gates = tensors.get(gate(layer))?.data ?? new Float32Array(encoder.hiddenSize);
        return Float32Array.from(sources.flatMap(() => [...gates]));
      });
      return mergeAdapters(adapterName, sources, omegas, { normalization: 'none' });
    },
  };
}

/** Reads what `save` wrote. `undefined` means that the folder belongs to another method. */
const gatedSumReader: MethodReader = async (folder, target) => {
  const text = await folder.text(configFile);
  if (text === undefined) return undefined;
  const json = JsonFields.parse(text, `${folder.describe()}/${configFile}`);
  const sources = await readSourceFolders(folder, json);
  const method = gatedSum(sources, Number(json.raw('start')));
  const adapterName = String(json.raw('target'));
  const { tensors, where } = await openFolderTensors(folder, 'gates');
  const specs = method.parameters({ ...target, adapterName, tasks: [adapterName] });
  return { adapterName, method, tensors: await readTrainedTensors(tensors, specs, target, where) };
};

/** The definition for the command `scalearn`. */
export const gatedSumMethod: MethodDefinition = defineMethod({
  id: 'gated-sum',
  title: 'Gated sum',
  summary: 'the sum of the sources, through a gate for each dimension',
  kind: 'two-stage',
  sources: { least: 1 },
  options: {
    start: {
      type: 'number',
      meaning: 'gates start at it over the number of sources',
      default: 2,
      range: { above: 0 },
    },
  },
  make: (sources, { start }) => gatedSum(sources, start),
  reader: gatedSumReader,
});
