import { ReferenceDevice } from '@scalearn/core';
import { parseSafetensors } from '@scalearn/core/files';
import { describe, expect, test } from 'vitest';
import { type TinyModelType, tinyEncoder } from '../../core/test/training/tiny.ts';
import { checkMethod, everyMethod } from './every-method.ts';

const device = new ReferenceDevice();

/** Keys on disk, besides those of heads, by model type. */
const keys = {
  distilbert: /^(?:distilbert|task_embedding_controller|pre_classifier|classifier)\./,
  electra: /^(?:electra|task_embedding_controller|classifier)\./,
  mpnet: /^(?:mpnet|task_embedding_controller|classifier)\./,
  modernbert: /^(?:model|task_embedding_controller|head|classifier)\./,
  'deberta-v2': /^(?:deberta|task_embedding_controller|pooler|classifier)\./,
} as const;

describe.each(Object.entries(keys))('%s', async (modelType, pattern) => {
  const encoder = await tinyEncoder(device, { modelType: modelType as TinyModelType });

  // Its queries, keys and values are one matrix.
  const refused = modelType === 'modernbert' ? ['ia3'] : [];

  test.each(refused)('%s is refused by name', async (id) => {
    const definition = everyMethod.find((each) => each.id === id) as (typeof everyMethod)[number];
    await expect(checkMethod(encoder, definition)).rejects.toThrow(
      "no module 'key', which the method adapts",
    );
  });

  const methods = everyMethod.filter(({ id }) => !refused.includes(id));
  test.each(methods.map((definition) => [definition.id, definition] as const))(
    '%s trains, and its folder is read again',
    async (_, definition) => {
      const files = await checkMethod(encoder, definition);
      for (const [path, content] of Object.entries(files)) {
        if (!path.endsWith('.safetensors') || path.includes('head')) continue;
        const { entries } = parseSafetensors(content as Uint8Array, path);
        for (const key of entries.keys()) expect(key, path).toMatch(pattern);
      }
    },
  );
});
