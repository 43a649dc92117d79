import { ReferenceDevice } from '@scalearn/core';
import { parseSafetensors } from '@scalearn/core/files';
import { describe, expect, test } from 'vitest';
import { type TinyModelType, tinyEncoder } from '../../core/test/training/tiny.ts';
import { checkMethod, everyKind } from './every-method.ts';

const device = new ReferenceDevice();

/** First parts of keys on disk, besides those of all families, by model type. */
const keys = {
  distilbert: ['distilbert', 'pre_classifier'],
  electra: ['electra'],
  mpnet: ['mpnet'],
  modernbert: ['model', 'head'],
  'deberta-v2': ['deberta', 'pooler'],
} as const;
const everywhere = ['classifier', 'task_embedding_controller', 'shared_parameters'];

describe.each(Object.entries(keys))('%s', async (modelType, own) => {
  const encoder = await tinyEncoder(device, { modelType: modelType as TinyModelType });
  const pattern = new RegExp(`^(?:base_model\\.model\\.)?(?:${[...own, ...everywhere].join('|')})\\.`);

  // Its queries, keys and values are one matrix.
  const refused = modelType === 'modernbert' ? ['ia3'] : [];

  test.each(everyKind.filter(([, { id }]) => refused.includes(id)))(
    '%s is refused by name',
    async (_, definition, makeSources) => {
      await expect(checkMethod(encoder, definition, makeSources)).rejects.toThrow(
        "no module 'key', which the method adapts",
      );
    },
  );

  test.each(everyKind.filter(([, { id }]) => !refused.includes(id)))(
    '%s trains, and its folder is read again',
    async (_, definition, makeSources) => {
      const files = await checkMethod(encoder, definition, makeSources);
      for (const [path, content] of Object.entries(files)) {
        if (!path.endsWith('.safetensors') || path.includes('head')) continue;
        const { entries } = parseSafetensors(content as Uint8Array, path);
        for (const key of entries.keys()) expect(key, path).toMatch(pattern);
      }
    },
  );
});
