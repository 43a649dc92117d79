import { ArgumentError } from '../../errors.ts';
import type { EncoderArchitecture } from '../../nn/architecture.ts';
import { usesPooler } from '../../nn/head.ts';
import type { ParameterSpec } from '../../nn/parameters.ts';
import { scale } from '../../ops/arithmetic.ts';
import { defineMethod, type MethodDefinition } from '../definition.ts';
import type { Method } from '../method.ts';
import { layersOfTensors, loraFiles, readLoraTensors } from './files.ts';
import { foldModules } from './fold.ts';
import { addLowRank } from './low-rank.ts';
import { isPooler } from './misfit.ts';
import { isSavedWhole, loraKeys, savedHeads, trainsInHead } from './module-names.ts';
import {
  type LoraLayer,
  type LoraOptions,
  loraLayers,
  loraNumbers,
  settleLora,
  targetsOf,
} from './settings.ts';
import { allLinear } from './targets.ts';

/**
 * Creates LoRA, stage 1 (Hu et al. 2021, arXiv 2106.09685; docs/reference/methods.md#lora). At each adapted linear layer
 *
 * `y = W·x + b + s·B·A·drop(x)`, `s = alpha / rank`
 *
 * with A `[rank, inputs]`, which starts as PyTorch's linear layers do, and B `[outputs, rank]`, which starts at 0.
 * Layers are selected and ranks are assigned as in the PEFT library, which reads its folders.
 *
 * @throws ArgumentError for invalid options
 */
export function lora(options: LoraOptions = {}): Method {
  const settings = settleLora(options);
  const { bias, dropout: p } = settings;
  const wholeModules = settings.modulesToSave.filter((name) => !savedHeads.includes(name));
  const known = new WeakMap<EncoderArchitecture, readonly LoraLayer[]>();
  /** The adapted layers. The pooler is one of them only if the head reads it. */
  const layersOf = (encoder: EncoderArchitecture): readonly LoraLayer[] => {
    const found =
      known.get(encoder) ??
      loraLayers(settings, encoder).filter(({ path }) => usesPooler(encoder) || !isPooler(path, encoder));
    known.set(encoder, found);
    return found;
  };
  const trainsWhole = (name: string, encoder: EncoderArchitecture): boolean =>
    isSavedWhole(`${encoder.prefix}.${name}`, wholeModules) ||
    (bias === 'all' && name.endsWith('.bias')) ||
    (bias === 'lora_only' && layersOf(encoder).some(({ path }) => name === `${path}.bias`));
  return {
    name: 'lora',
    kind: 'single-task',
    headLayout: 'static',
    usesTransformersHead: true,
    trainsHead: (key, modules, encoder) =>
      trainsInHead(
        key,
        modules,
        settings,
        layersOf(encoder).map(({ path }) => path),
      ),
    defaults: { learningRate: 3e-4, epochs: 30, patience: 5, weightDecay: 0 },
    ...(bias === 'none' && wholeModules.length === 0 ? {} : { trainsEncoder: trainsWhole }),
    settings: { ...settings, targetModules: settings.targetModules ?? null },
    parameters: ({ encoder }) =>
      layersOf(encoder).flatMap(({ path, rank, inputs, outputs }): ParameterSpec[] => {
        const keys = loraKeys(encoder, path);
        return [
          { name: keys.a, shape: [rank, inputs], init: { bound: 1 / Math.sqrt(inputs) }, decay: true },
          { name: keys.b, shape: [outputs, rank], init: { constant: 0 }, decay: true },
        ];
      }),
    sites: ({ encoder, parameter, dropout }) => {
      const byPath = new Map(layersOf(encoder).map((layer) => [layer.path, layer]));
      // An encoder may use a layer twice, as DeBERTa its queries and keys. Each use has its own mask.
      const uses = new Map<string, number>();
      const streamOf = (path: string): string => {
        const use = (uses.get(path) ?? 0) + 1;
        uses.set(path, use);
        return use === 1 ? `lora/${path}` : `lora/${path}/${use}`;
      };
      return {
        linear: (output, { input, parts }) =>
          addLowRank(
            output,
            parts.map((path) => {
              const layer = byPath.get(path);
              if (!layer) return undefined;
              const keys = loraKeys(encoder, path);
              const dropped = p > 0 ? dropout?.apply(input, p, streamOf(path)) : undefined;
              return {
                input: dropped ?? input,
                a: parameter(keys.a),
                b: scale(parameter(keys.b), layer.scaling),
              };
            }),
          ),
      };
    },
    adapter: (call) => {
      if (
        bias !== 'none' ||
        call.tensors.size > 2 * layersOfTensors(settings, call.encoder, call.tensors).length
      )
        throw new ArgumentError(
          `the LoRA '${call.adapterName}' also trained ${bias === 'none' ? 'whole modules' : 'biases'} of the encoder, so it cannot be a source; train it without`,
        );
      const layers = layersOfTensors(settings, call.encoder, call.tensors);
      return readLoraTensors(call, layers, settings, targetsOf(settings, call.encoder));
    },
    fold: (call, weights) => {
      const layers = layersOfTensors(settings, call.encoder, call.tensors);
      const adapter = readLoraTensors(call, layers, settings, targetsOf(settings, call.encoder));
      const others = [...call.tensors].filter(([key]) => !/\.lora_[AB]\.weight$/.test(key));
      return new Map([...foldModules(weights, adapter), ...others]);
    },
    save: (call) =>
      loraFiles(
        call,
        settings,
        layersOfTensors(settings, call.encoder, call.tensors),
        targetsOf(settings, call.encoder),
      ),
  };
}

/** Reads names from one text: a list separated by commas, the word for all layers, or a regular expression. */
function namesOf(text: string | undefined): string | readonly string[] | undefined {
  if (text === undefined || text === allLinear || !/^[\w.,\s-]+$/.test(text)) return text;
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** The definition of {@link lora}. */
export const loraMethod: MethodDefinition = defineMethod({
  id: 'lora',
  title: 'LoRA',
  summary: 'a product of low rank for linear layers, as in PEFT',
  kind: 'single-task',
  reference: {
    paper: 'Hu et al. 2021, arXiv 2106.09685',
    equation: 'y = W·x + b + s·B·A·x',
    file: 'core/src/methods/lora/lora.ts',
  },
  trains: {
    what: 'A, B of each adapted linear layer',
    where: 'on queries and values, or other linear layers',
    count: 'Σ r(inputs + outputs)',
  },
  options: {
    ...loraNumbers,
    targetModules: {
      type: 'text',
      meaning: 'adapted layers: names joined by commas, all-linear, or a regular expression',
      defaultMeaning: 'queries and values',
      flag: '--target-modules',
    },
    excludeModules: {
      type: 'text',
      meaning: 'layers that are left out, given in the same way',
      defaultMeaning: 'none',
      flag: '--exclude-modules',
    },
    layersToTransform: {
      type: 'numbers',
      meaning: 'numbers of the only layers of the encoder that are adapted',
      defaultMeaning: 'all',
      range: { least: 0 },
      flag: '--layers-to-transform',
    },
    modulesToSave: {
      type: 'text',
      meaning: 'ends of the names of modules that train as a whole, joined by commas',
      defaultMeaning: 'the head',
      flag: '--modules-to-save',
    },
    scaling: {
      type: ['standard', 'rslora'],
      meaning: 'what alpha is divided by: the rank, or its square root (rslora)',
      default: 'standard',
      flag: '--lora-scaling',
    },
  },
  make: (_, { targetModules, excludeModules, modulesToSave, scaling, ...values }) =>
    lora({
      ...values,
      targetModules: namesOf(targetModules),
      excludeModules: namesOf(excludeModules),
      modulesToSave: modulesToSave === undefined ? undefined : [namesOf(modulesToSave) ?? []].flat(),
      useRslora: scaling === 'rslora',
    }),
});
