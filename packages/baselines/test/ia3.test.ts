import { type FileSet, ModelFileError, type NamedTensor, readSnapshot } from '@scalearn/core';
import { describe, expect, test } from 'vitest';
import { memoryFolder } from '../../core/test/training/memory-folder.ts';
import { ia3, ia3Reader } from '../src/index.ts';
import { base, large, parameterCount } from './counts.ts';
import { checkFolder, shapesOf, target, trained, withConfig, withTensors } from './folders.ts';
import { gradientErrors } from './gradients.ts';

test('trainable parameters are those of the reference', () => {
  expect(parameterCount(ia3(), base)).toBe(55_296);
  expect(parameterCount(ia3(), large)).toBe(147_456);
});

test('gradients are those of central differences', async () => {
  for (const [name, error] of await gradientErrors(ia3())) expect(error, name).toBeLessThan(1e-5);
});

describe('the folder of (IA)³', () => {
  test('gives the same model, and is one of the adapters library', async () => {
    const files = await checkFolder(ia3(), ia3Reader);
    expect(JSON.parse(files['adapter_config.json'] as string)).toMatchObject({
      name: 'red',
      config: {
        architecture: 'lora',
        selfattn_lora: true,
        intermediate_lora: true,
        output_lora: false,
        r: 1,
        alpha: 1,
        attn_matrices: ['k', 'v'],
        composition_mode: 'scale',
        init_weights: 'ia3',
        use_gating: false,
      },
    });
    expect(shapesOf(files)).toEqual({
      'roberta.encoder.layer.0.attention.self.key.loras.red.lora_B': [8, 1],
      'roberta.encoder.layer.0.attention.self.value.loras.red.lora_B': [8, 1],
      'roberta.encoder.layer.0.intermediate.dense.loras.red.lora_B': [12, 1],
      'roberta.encoder.layer.1.attention.self.key.loras.red.lora_B': [8, 1],
      'roberta.encoder.layer.1.attention.self.value.loras.red.lora_B': [8, 1],
      'roberta.encoder.layer.1.intermediate.dense.loras.red.lora_B': [12, 1],
    });
  });

  const read = (files: FileSet, encoder: Partial<typeof target> = {}): Promise<unknown> =>
    readSnapshot(memoryFolder(files), { ...target, ...encoder }, [ia3Reader]);

  test.each([
    [{ attn_matrices: ['q', 'v'] }, 'attn_matrices is ["q", "v"]; only ["k", "v"]'],
    [{ output_lora: true }, 'output_lora is true; only false'],
    [{ r: undefined }, 'r is missing; only 1'],
  ])('with %o is refused', async (changes, message) => {
    using model = await trained(ia3());
    const files = withConfig(await model.files(), changes);
    await expect(read(files)).rejects.toThrow(ModelFileError);
    await expect(read(files)).rejects.toThrow(`memory/adapter_config.json: ${message}`);
  });

  test('of another encoder, of other shapes or without a tensor is refused', async () => {
    using model = await trained(ia3());
    const files = await model.files();
    await expect(read(files, { encoderFingerprint: 'another' })).rejects.toThrow(
      'trained on another encoder',
    );
    const key = (layer: number): string =>
      `roberta.encoder.layer.${layer}.attention.self.key.loras.red.lora_B`;
    const damaged = withTensors(files, (tensors) => {
      const changed = new Map(tensors);
      changed.delete(key(0));
      const { data } = changed.get(key(1)) as NamedTensor;
      return changed.set(key(1), { shape: [2, 4], data }).set('encoder.surplus', { shape: [8], data });
    });
    for (const problem of [
      `missing ${key(0)}`,
      `${key(1)} is [2,4], not [8,1]`,
      'unexpected encoder.surplus',
    ])
      await expect(read(damaged)).rejects.toThrow(problem);
  });

  test('is not taken for that of a LoRA that adds', async () => {
    using model = await trained(ia3());
    const files = withConfig(await model.files(), { composition_mode: 'add' });
    expect(await ia3Reader(memoryFolder(files), target)).toBeUndefined();
  });

  test('loads without prefixes, as the bare encoder class writes it', async () => {
    using model = await trained(ia3());
    const bare = withTensors(await model.files(), (tensors) =>
      [...tensors].map(([name, tensor]) => [name.replace('roberta.', ''), tensor]),
    );
    const stored = await ia3Reader(memoryFolder(bare), target);
    expect(stored?.tensors).toEqual((await model.snapshot()).tensors);
  });
});
