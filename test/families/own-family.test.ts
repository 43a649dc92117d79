import { ReferenceDevice } from '@scalearn/core';
import { parseSafetensors, writeSafetensors } from '@scalearn/core/files';
import {
  createEncoder,
  EncoderConfigError,
  encoderFamilies,
  encoderWeights,
  loadEncoder,
  memoryFolder,
  openCheckpoint,
  parseEncoderConfig,
} from '@scalearn/encoders';
import { requestOnnxDevice } from '@scalearn/onnx';
import { MaskedLanguageModel } from '@scalearn/pretrain';
import { describe, expect, test } from 'vitest';
import { checkMethod, everyKind } from '../../packages/baselines/test/every-method.ts';
import { tinyEncoderOf } from '../../packages/core/test/training/tiny.ts';
import { preNorm } from './pre-norm.ts';

const families = [...encoderFamilies, preNorm];
const json = {
  ...{ model_type: 'pre-norm', vocab_size: 14, width: 8, depth: 2, heads: 2, inner: 12, positions: 20 },
};
const config = parseEncoderConfig(json, { families });

const onOnnx = ['bottleneck', 'scalearn', 'scalearn-uniform++', 'full-finetuning'];

describe.each([
  ['reference', everyKind, async () => new ReferenceDevice()],
  ['onnx', everyKind.filter(([, { id }]) => onOnnx.includes(id)), () => requestOnnxDevice()],
] as const)('a family of one’s own on %s', (_, methods, open) => {
  test.each(methods)(
    'is trained by %s, whose folder is read again, and merged where it can be',
    async (_, definition, makeSources) => {
      await using device = await open();
      using encoder = await tinyEncoderOf(device, config, { families });
      const files = await checkMethod(encoder, definition, makeSources);
      for (const [path, content] of Object.entries(files))
        if (/adapter\.safetensors$/.test(path)) {
          const { entries } = parseSafetensors(content as Uint8Array, path);
          for (const key of entries.keys())
            expect(key).toMatch(/^model\.(?:blocks\.\d\.|shared_parameters\.)/);
        }
    },
  );
});

describe('a family is passed as a value', () => {
  const weights = encoderWeights(config, { families }).flatMap(({ parts, shape }) =>
    parts.map((part) => {
      const [rows = 0, ...rest] = shape;
      const own = [rows / parts.length, ...rest];
      const size = own.reduce((a, b) => a * b, 1);
      const data = Float32Array.from({ length: size }, (_, i) => Math.sin(i + part.length));
      return [`model.${part}`, { shape: own, data }] as const;
    }),
  );
  const folder = memoryFolder({
    'config.json': JSON.stringify(json),
    'vocab.txt': '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nred\n##s\n',
    'model.safetensors': writeSafetensors(weights),
  });

  test('to what opens encoders, which refuses it without', async () => {
    using device = new ReferenceDevice();
    using encoder = await loadEncoder(folder, { device, families });
    expect(encoder.encode(['reds'], { maxLength: 8, truncation: 'longestFirst' })).toEqual({
      inputIds: Int32Array.of(2, 5, 6, 3),
    });
    expect(encoder.hubConfig).toMatchObject({ model_type: 'pre-norm', width: 8, depth: 2 });
    const attempt = loadEncoder(folder, { device });
    await expect(attempt).rejects.toThrow(EncoderConfigError);
    await expect(loadEncoder(folder, { device })).rejects.toThrow(
      'model_type is "pre-norm"; known are bert, roberta, xlm-roberta, distilbert',
    );
    const weights = await openCheckpoint(folder);
    await expect(createEncoder({ device, config, weights, name: 'own' })).rejects.toThrow(
      'model_type is "pre-norm"; known are',
    );
  });

  test('and cannot be pretrained where it has no head for masked tokens', () => {
    using device = new ReferenceDevice();
    const pretrain = (): unknown => new MaskedLanguageModel({ device, config, families });
    expect(pretrain).toThrow(EncoderConfigError);
    expect(pretrain).toThrow('encoders of the family pre-norm have no head for masked tokens');
  });
});
