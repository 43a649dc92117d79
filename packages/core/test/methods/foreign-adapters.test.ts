// Adapters of other programs: what is read as Python reads it, and what is refused by its name.
import { describe, expect, test } from 'vitest';
import { writeSafetensors } from '../../src/files.ts';
import { activations, input } from '../../src/graph.ts';
import {
  type Adapter,
  ArgumentError,
  adapterFiles,
  type FileSet,
  ModelFileError,
  ReferenceDevice,
  readAdapterFolder,
  scalearn,
} from '../../src/index.ts';
import { bottleneckReader, nonLinearity } from '../../src/methods.ts';
import { memoryFolder } from '../training/memory-folder.ts';
import { architecture } from './architecture.ts';
import { randomAdapter } from './random-adapter.ts';

const shape = architecture('bert', { layers: 3 });
const adapter = randomAdapter('red', shape, 4);
const plain = adapterFiles(adapter, { encoder: shape, modelName: 'tiny' });

type Json = Record<string, unknown> & { config: Record<string, unknown> };

function changed(change: (json: Json) => void, files: FileSet = plain): FileSet {
  const json = JSON.parse(files['adapter_config.json'] as string) as Json;
  change(json);
  return { ...files, 'adapter_config.json': JSON.stringify(json) };
}

const load = (files: FileSet): Promise<Adapter> => readAdapterFolder(memoryFolder(files));

/** The same tensors under keys of a caller's, some of them left out. */
function withKeys(rename: (key: string) => string | undefined, source: Adapter = adapter): FileSet {
  const fields = {
    down: 'adapter_down.0.weight',
    downBias: 'adapter_down.0.bias',
    up: 'adapter_up.weight',
    upBias: 'adapter_up.bias',
  };
  const tensors = source.layers.flatMap((layer, i) =>
    Object.entries(fields).flatMap(([field, key]) => {
      const name = rename(`bert.encoder.layer.${i}.output.adapters.red.${key}`);
      const data = layer[field as keyof typeof fields];
      const width = layer.downBias.length;
      const sizes = { down: [width, 8], downBias: [width], up: [8, width], upBias: [8] };
      return name === undefined ? [] : [[name, { shape: sizes[field as keyof typeof sizes], data }] as const];
    }),
  );
  const { 'pytorch_adapter.bin': _, ...rest } = plain;
  return { ...rest, 'adapter.safetensors': writeSafetensors(tensors) };
}

describe('an adapter of another kind is refused by its name', () => {
  const lora = { architecture: 'lora', r: 8, alpha: 8, composition_mode: 'add', attn_matrices: ['q', 'v'] };
  const prefix = { architecture: 'prefix_tuning', prefix_length: 30 };
  test.each<[string, unknown]>([
    ['LoRA', lora],
    ['(IA)³', { ...lora, composition_mode: 'scale' }],
    ['DoRA', { ...lora, use_dora: true }],
    ['VeRA', { ...lora, vera_d: 0.1, vera_b: 0 }],
    ['MTL-LoRA', { ...lora, architecture: 'mtl_lora' }],
    ['prefix tuning', prefix],
    ['prompt tuning', { architecture: 'prompt_tuning', prompt_length: 10 }],
    ['ReFT', { architecture: 'reft', r: 1 }],
    [
      'MAM: prefix tuning, parallel bottleneck',
      { architecture: 'union', configs: [prefix, { is_parallel: true }] },
    ],
    [
      'UniPELT: prefix tuning, bottleneck, LoRA',
      {
        architecture: 'union',
        configs: [{ ...prefix, use_gating: true }, { use_gating: true }, { ...lora, use_gating: true }],
      },
    ],
    ['unknown kind "new"', { architecture: 'new' }],
    ['double bottleneck (Houlsby)', 'houlsby'],
    ['invertible bottleneck', 'pfeiffer+inv'],
    ['Compacter++', 'compacter++'],
    ['LoRA', 'lora'],
    ['MAM', 'mam'],
    ['unknown kind "toString"', 'toString'],
  ])('%s', async (kind, config) => {
    const error = await load(changed((json) => Object.assign(json, { config }))).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ModelFileError);
    expect((error as Error).message).toContain('adapter_config.json: ');
    expect((error as Error).message).toContain(kind);
    expect((error as Error).message).toContain('only bottleneck adapters of the Pfeiffer kind can be read');
  });

  test.each<[string, Record<string, unknown>]>([
    ['parallel bottleneck', { is_parallel: true, scaling: 4 }],
    ['gated bottleneck', { use_gating: true }],
    ['double bottleneck (Houlsby)', { mh_adapter: true }],
    ['invertible bottleneck', { inv_adapter: 'nice' }],
    ['invertible bottleneck', { invertible_adapter: { block_type: 'nice', reduction_factor: 2 } }],
    ['Compacter++', { phm_layer: true }],
    ['residual_before_ln is "post_add"', { residual_before_ln: 'post_add' }],
    ['learned scaling cannot be read', { scaling: 'channel' }],
    ['omega is 0.3', { omega: 0.3 }],
    ['config.new_thing is not known', { new_thing: 1 }],
    ['config.dropout is 2', { dropout: 2 }],
    ['reduction_factor', { reduction_factor: { default: 'x' } }],
  ])('%s, by its settings', async (what, change) => {
    const error = await load(changed(({ config }) => Object.assign(config, change))).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ModelFileError);
    expect((error as Error).message).toContain(what);
  });

  test.each<[string, unknown]>([
    ['(IA)³', 'IA3'],
    ['prefix tuning', 'PREFIX_TUNING'],
    ['AdaLoRA', 'ADALORA'],
    ['"CONSTRUCTOR"', 'CONSTRUCTOR'],
    ['null', null],
  ])('%s of the PEFT library', async (kind, peft_type) => {
    const config = { peft_type, r: 8, lora_alpha: 16, target_modules: ['query', 'value'], bias: 'none' };
    const attempt = load({ ...plain, 'adapter_config.json': JSON.stringify(config) });
    await expect(attempt).rejects.toThrow(ModelFileError);
    await expect(attempt).rejects.toThrow(
      `adapter_config.json: it is an adapter of the PEFT library, of the kind ${kind} (peft_type), which cannot be read`,
    );
  });

  test('an unknown key beside its configuration', async () => {
    await expect(load(changed((json) => Object.assign(json, { masks: 'x' })))).rejects.toThrow(
      'masks is not known',
    );
  });
});

describe('an adapter of another architecture is refused', () => {
  test.each<[string, FileSet, string]>([
    [
      'model_type',
      changed((json) => Object.assign(json, { model_type: 'roberta', model_class: null })),
      'of the architecture roberta, this one is bert',
    ],
    [
      'model_class',
      changed((json) =>
        Object.assign(json, { model_type: null, model_class: 'XLMRobertaForSequenceClassification' }),
      ),
      'of the architecture XLMRoberta, this one is bert',
    ],
    [
      'two of them',
      changed((json) => Object.assign(json, { model_class: 'RobertaModelWithHeads' })),
      'which is another architecture',
    ],
    [
      'an architecture that is not known here',
      changed((json) =>
        Object.assign(json, { model_type: 'distilbert', model_class: 'DistilBertAdapterModel' }),
      ),
      'of the architecture distilbert',
    ],
    [
      'hidden_size',
      changed((json) => Object.assign(json, { hidden_size: 16 })),
      'the configuration has hidden size 16, the tensors have 8',
    ],
    [
      'the prefix of its keys',
      {
        ...withKeys((key) => key.replace(/^bert/, 'roberta')),
        ...changed((json) => Object.assign(json, { model_type: undefined, model_class: undefined }), {
          'adapter_config.json': plain['adapter_config.json'] as string,
        }),
      },
      'its keys begin with roberta.encoder.layer.*.output, those of bert with bert.encoder.layer.*.output',
    ],
    [
      'its place in the layers',
      withKeys((key) => key.replace('.output.', '.attention.output.')),
      'its keys begin with bert.encoder.layer.*.attention.output, those of bert',
    ],
    [
      'two places',
      withKeys((key) => key.replace('1.output.', '1.attention.output.')),
      'its keys belong to several modules: bert.encoder.layer.*.output; bert.encoder.layer.*.attention.output',
    ],
    [
      'keys with two numbers',
      withKeys((key) => key.replace('.output.', '.output.1.')),
      'unexpected bert.encoder.layer.0.output.1.adapters.red.adapter_down.0.weight',
    ],
  ])('by %s', async (_, files, message) => {
    const target = { encoder: shape };
    const attempt = bottleneckReader(memoryFolder(files), target);
    await expect(attempt).rejects.toThrow(ModelFileError);
    await expect(bottleneckReader(memoryFolder(files), target)).rejects.toThrow(message);
  });

  test('as a source of ScaLearn', async () => {
    const roberta = adapterFiles(adapter, {
      encoder: architecture('roberta', { layers: 3 }),
      modelName: 'roberta',
    });
    const source = await load(roberta);
    const method = scalearn({ sources: [source] });
    const frozen = () => method.frozen?.({ encoder: shape, adapterName: 'red', tasks: ['red'] });
    expect(frozen).toThrow(ArgumentError);
    expect(frozen).toThrow(
      "source adapter 'red' was trained on an encoder of the architecture roberta, this one is bert",
    );
  });

  test('and where its files do not say it, it says what could not be checked', async () => {
    const silent = (files: FileSet): FileSet =>
      changed(
        (json) => Object.assign(json, { model_type: null, model_class: null, model_name: null }),
        files,
      );
    const [warning] = (await load(silent(withKeys((key) => key.replace(/^bert\./, ''))))).warnings ?? [];
    expect(warning).toContain(
      'does not say the architecture it was trained on (model_type, model_class), and its keys, encoder.layer.*.output, may be',
    );
    expect((await load(silent(plain))).warnings?.[0]).toContain('its keys, bert.encoder.layer.*.output,');
    const unnamed = await load(changed((json) => Object.assign(json, { model_name: null })));
    expect(unnamed.warnings?.[0]).toContain('does not say which bert it was trained on');
    expect((await load(plain)).warnings).toBeUndefined();
    const known = { encoder: shape, modelName: 'tiny' };
    const own = adapterFiles({ ...adapter, encoderFingerprint: 'f'.repeat(64) }, known);
    expect(
      (await load(changed((json) => Object.assign(json, { model_name: null }), own))).warnings,
    ).toBeUndefined();
  });
});

describe('what Python reads is read', () => {
  const layers = adapter.layers as readonly [Adapter['layers'][0], ...Adapter['layers'][0][]];
  const zeros = (size: number): Float32Array => new Float32Array(size);

  test('layers that are left out add nothing', async () => {
    const files = changed(
      ({ config }) => {
        config.leave_out = [1];
      },
      withKeys((key) => (key.includes('layer.1.') ? undefined : key)),
    );
    const read = await load(files);
    expect(read.leftOut).toEqual([1]);
    expect(read.layers[0]).toEqual(layers[0]);
    expect(read.layers[1]).toEqual({ down: zeros(32), downBias: zeros(4), up: zeros(32), upBias: zeros(8) });
    expect(read.layers[2]).toEqual(layers[2]);
    await expect(load(changed(({ config }) => Object.assign(config, { leave_out: [1] })))).rejects.toThrow(
      'tensors of layer 1, which leave_out names',
    );
    await expect(load(withKeys((key) => (key.includes('layer.1.') ? undefined : key)))).rejects.toThrow(
      'missing adapter_down.0.weight of layer 1',
    );
  });

  test('the last layers can be left out, and no layer after others that the file does not have', async () => {
    const leaving = (leave_out: readonly number[]): Promise<Adapter> =>
      load(
        changed(
          ({ config }) => Object.assign(config, { leave_out }),
          withKeys((key) => (/layer\.[12]\./.test(key) ? undefined : key)),
        ),
      );
    expect((await leaving([2, 1, 2])).leftOut).toEqual([1, 2]);
    const message = async (leaveOut: readonly number[]): Promise<string> =>
      (await leaving(leaveOut).catch((error: unknown) => error as Error)).toString();
    for (const leaveOut of [[9], [1, 9], [2, 9, 1]]) {
      const text = await message(leaveOut);
      expect(text).toContain('leave_out names layer 9, and the file has layers up to 0');
      expect(text).not.toContain('missing');
    }
    expect(await message(Array.from({ length: 200_000 }, (_, i) => 5 + (i % 900)))).toContain(
      'leave_out names layer 5, 6, 7, 8, …, and',
    );
  });

  test('layers of several widths compute the same with units that nothing reads', async () => {
    const narrow = randomAdapter('red', shape, 2);
    const mixed = { ...adapter, layers: [layers[0], narrow.layers[1], layers[2]] as Adapter['layers'] };
    const files = changed(
      ({ config }) => {
        config.reduction_factor = { 1: 4, default: 2 };
      },
      withKeys((key) => key, mixed),
    );
    const read = await load(files);
    const [own, wide] = [narrow.layers[1], read.layers[1]] as [Adapter['layers'][0], Adapter['layers'][0]];
    expect(read.width).toBe(4);
    expect(wide.down).toEqual(Float32Array.from([...own.down, ...zeros(16)]));
    expect(wide.downBias).toEqual(Float32Array.from([...own.downBias, 0, 0]));
    for (let c = 0; c < 8; c++)
      expect([...wide.up.subarray(4 * c, 4 * c + 4)]).toEqual([...own.up.subarray(2 * c, 2 * c + 2), 0, 0]);
    expect(wide.upBias).toEqual(own.upBias);
    await expect(
      load(changed(({ config }) => Object.assign(config, { reduction_factor: { 1: 4 } }), files)),
    ).rejects.toThrow('reduction_factor has neither layer 0 nor a default');
    await expect(
      load(changed(({ config }) => Object.assign(config, { reduction_factor: 2 }), files)),
    ).rejects.toThrow('layer 1 has width 2, and a reduction_factor of 2 makes 4');
  });

  // By the formulas of transformers' `activations.py`, computed with Python's `math`, at -3, -0.5, 0, 0.5, 7.
  test.each<[string, readonly number[]]>([
    ['swish', [-0.14227762, -0.18877033, 0, 0.31122967, 6.9936226]],
    ['leakyrelu', [-0.03, -0.005, 0, 0.5, 7]],
    ['linear', [-3, -0.5, 0, 0.5, 7]],
    ['relu6', [0, 0, 0, 0.5, 6]],
    ['relu2', [0, 0, 0, 0.25, 49]],
    ['mish', [-0.14564746, -0.22074377, 0, 0.37524521, 6.9999884]],
    ['quick_gelu', [-0.01807131, -0.14961156, 0, 0.35038844, 6.9999531]],
    ['gelu_10', [-0.0040496941, -0.15426877, 0, 0.34573123, 7]],
    ['laplace', [0, 9.3833812e-6, 0.0060944596, 0.23142115, 1]],
  ])('the activation %s', async (name, expected) => {
    const device = new ReferenceDevice();
    const values = [-3, -0.5, 0, 0.5, 7];
    for (const [i, value] of values.entries()) {
      const program = await device.compile({ outputs: { y: nonLinearity(name).apply(input('x', [1])) } });
      const { y } = await program.run({ x: Float32Array.of(value) });
      expect(y?.[0]).toBeCloseTo(expected[i] as number, 6);
    }
    const read = await load(changed(({ config }) => Object.assign(config, { non_linearity: name })));
    expect(read.nonLinearity).toBe(name);
  });

  test.each(Object.keys(activations))(
    'the value of %s at 1, by which biases become units of a stack',
    async (name) => {
      const { apply, atOne } = nonLinearity(name);
      const program = await new ReferenceDevice().compile({ outputs: { y: apply(input('x', [1])) } });
      const { y } = await program.run({ x: Float32Array.of(1) });
      expect(y?.[0]).toBeCloseTo(atOne, 6);
      expect(Math.abs(atOne)).toBeGreaterThan(0.1);
    },
  );
});
