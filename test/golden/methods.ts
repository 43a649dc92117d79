import {
  adapterFusion,
  adapterM,
  adapterSoup,
  compacter,
  fullFinetuning,
  fullFinetuningM,
  type HyperformerVariant,
  hyperformer,
  hyperformerVariants,
  ia3,
  probe,
  propetl,
  propetlM,
  textSimilarity,
} from '@scalearn/baselines';
import {
  type Adapter,
  type BottleneckOptions,
  bottleneck,
  type EncoderArchitecture,
  type LoraAdapter,
  type LoraModule,
  lora,
  type Method,
  type NamedTensor,
  type ScalearnVariant,
  scalearn,
  scalearnVariants,
} from '@scalearn/core';
import { JsonFields } from '@scalearn/core/files';
import { adapterKeys, adapterWidth, parseLoraConfig } from '@scalearn/core/methods';
import type { TransformerEncoder } from '@scalearn/encoders';
import type { Case } from './folder.ts';

/** Returns the method that a case's file describes. */
export type CaseMethod = (c: Case, encoder: TransformerEncoder) => Method;

/** Methods by their names in case files. */
export const caseMethods: Readonly<Record<string, CaseMethod>> = {
  'adapter-fusion': (c, encoder) =>
    adapterFusion({
      sources: caseSources(c, encoder),
      regularization: c.file.method.regulariser?.coefficient ?? 0,
    }),
  'adapter-m': (c, encoder) => adapterM(caseBottleneck(c, encoder)),
  'adapter-soup': (c, encoder) =>
    adapterSoup({ ...soupParts(c, encoder.architecture), topK: c.file.method.top_k as number }),
  bottleneck: (c, encoder) => bottleneck(caseBottleneck(c, encoder)),
  'compacter++': (c, encoder) => compacter(caseBottleneck(c, encoder)),
  'full-fine-tuning': () => fullFinetuning(),
  'full-ft-m': () => fullFinetuningM(),
  ia3: () => ia3(),
  lora: caseLora,
  propetl: (c, { architecture }) =>
    propetl({
      reductionFactor: reductionFactor(c, architecture),
      sparsity: c.file.method.sparsity as number,
      masks: c.file.method.masks_train ? 'trained' : 'frozen',
    }),
  'propetl-m': (c, { architecture }) =>
    propetlM({
      reductionFactor: reductionFactor(c, architecture),
      sparsity: c.file.method.sparsity as number,
      firstLayerMask: c.file.method.released_code_alias ? 'last-task' : 'own',
    }),
  'scalearn-lora': caseScalearnLora,
  'probing-one': caseProbe,
  'probing-two': caseProbe,
  ...Object.fromEntries(hyperformerVariants.map((variant) => [variant, caseHyperformer])),
  ...Object.fromEntries(scalearnVariants.map((variant) => [variant, caseScalearn])),
};

/**
 * Returns a reduction factor that gives the case's bottleneck width. The quotient of hidden size and width may be
 * rounded up and then give a width of one less, such as 36 / 5.
 */
function reductionFactor(
  { file: { method } }: Case,
  { hiddenSize }: Pick<EncoderArchitecture, 'hiddenSize'>,
): number {
  const width = method.bottleneck as number;
  const quotient = hiddenSize / width;
  return adapterWidth(hiddenSize, quotient) === width ? quotient : hiddenSize / (width + 0.5);
}

function caseBottleneck(c: Case, { architecture }: TransformerEncoder): BottleneckOptions {
  return {
    reductionFactor: reductionFactor(c, architecture),
    nonLinearity: c.file.method.non_linearity as string,
  };
}

function caseHyperformer(c: Case, encoder: TransformerEncoder): Method {
  const { method } = c.file;
  return hyperformer({
    variant: method.name as HyperformerVariant,
    taskEmbeddingSize: method.task_embedding_size as number,
    taskHiddenSize: method.task_hidden_size as number,
    projectedTaskEmbeddingSize: method.projected_task_embedding_size as number,
    reductionFactor: reductionFactor(c, encoder.architecture),
  });
}

/** ω is one number, or a number for each adapter by name. */
function caseProbe(c: Case, encoder: TransformerEncoder): Method {
  const { omega } = c.file.method;
  const sources = caseSources(c, encoder);
  const constants = typeof omega === 'number' ? [omega] : Object.values(omega as Record<string, number>);
  return probe({ sources, omega: constants });
}

/** The inputs of a soup's adapter: its sources, and their similarities from the recorded embeddings. */
export function soupParts(
  c: Case,
  encoder: EncoderArchitecture,
): { readonly sources: readonly Adapter[]; readonly similarities: readonly number[] } {
  const { sources, target } = c.file.soup as NonNullable<Case['file']['soup']>;
  const embeddings = (task: string): Float32Array[] => {
    const { shape, data } = c.tensors.get(`embeddings/${task}`) as NamedTensor;
    const [texts = 0, size = 0] = shape;
    return Array.from({ length: texts }, (_, i) => data.subarray(i * size, (i + 1) * size));
  };
  return {
    sources: sources.map((task) => {
      const own = [...c.tensors].map(
        ([key, tensor]) => [key.replace(`sources/${task}/`, ''), tensor] as const,
      );
      const recorded = caseAdapter({ ...c, weights: new Map(own) }, 'adapter', encoder);
      return { ...recorded, name: task };
    }),
    similarities: sources.map((task) => textSimilarity(embeddings(task), embeddings(target))),
  };
}

/** The method of PEFT's configuration. */
function caseLora({ file }: Case): Method {
  const config = JsonFields.of(file.method.peft_config, file.id);
  return lora(parseLoraConfig(config).settings);
}

function caseScalearn(c: Case, encoder: TransformerEncoder): Method {
  const { method } = c.file;
  const normalization = (['mean', 'softmax'] as const).find((kind) => method.normalisation?.startsWith(kind));
  return scalearn({
    sources: caseSources(c, encoder),
    variant: method.name as ScalearnVariant,
    dropout: method.omega_dropout ?? 0,
    ...(normalization ? { normalization } : {}),
    ...(method.regulariser ? { regularization: method.regulariser.lambda } : {}),
  });
}

/** ScaLearn on LoRA sources. Its variant follows from the form of ω. */
function caseScalearnLora(c: Case): Method {
  const { omega, shared_across_layers: shared, omega_dropout: dropout = 0 } = c.file.method;
  const variant = `scalearn${omega === 'scalar' ? '-uniform' : ''}${shared ? '++' : ''}` as ScalearnVariant;
  return scalearn({ sources: caseLoras(c), variant, dropout });
}

/** The LoRA sources of a case: their scaling, and all tensors with their names. */
function caseLoras({ file, weights }: Case): LoraAdapter[] {
  const settings = file.method.sources as Readonly<
    Record<string, { readonly r: number; readonly alpha: number }>
  >;
  return (file.adapters ?? []).map((name): LoraAdapter => {
    const { r: rank, alpha } = settings[name] as { readonly r: number; readonly alpha: number };
    const modules = new Map<string, LoraModule>();
    for (const [key, { shape, data }] of weights) {
      if (!key.endsWith(`.lora_A.${name}.weight`)) continue;
      const path = key.slice(0, -`.lora_A.${name}.weight`.length);
      const b = weights.get(`${path}.lora_B.${name}.weight`) as NamedTensor;
      modules.set(path, { a: data, b: b.data, rank, alpha, inputs: shape[1] ?? 0, outputs: b.shape[0] ?? 0 });
    }
    return {
      ...{ name, modules, useRslora: false },
      targets: { targetModules: [...modules.keys()], modulesToSave: [] },
    };
  });
}

/** Returns a source adapter from the case's weights. */
function caseAdapter({ file, weights }: Case, name: string, encoder: EncoderArchitecture): Adapter {
  const { layers, hiddenSize } = encoder;
  const get = (key: string): Float32Array => (weights.get(key) as NamedTensor).data;
  return {
    name,
    hiddenSize,
    width: file.method.bottleneck as number,
    nonLinearity: file.method.non_linearity as string,
    layers: Array.from({ length: layers }, (_, i) => {
      const keys = adapterKeys(encoder, i, name);
      return {
        down: get(keys.down),
        downBias: get(keys.downBias),
        up: get(keys.up),
        upBias: get(keys.upBias),
      };
    }),
  };
}

function caseSources(c: Case, encoder: TransformerEncoder): Adapter[] {
  return (c.file.adapters ?? []).map((name) => caseAdapter(c, name, encoder.architecture));
}
