import { ReferenceDevice } from '@scalearn/core';
import { parseSafetensors } from '@scalearn/core/files';
import { expect, test } from 'vitest';
import { tinyEncoder } from '../../core/test/training/tiny.ts';
import { checkMethod, everyKind } from './every-method.ts';

const device = new ReferenceDevice();
const encoder = await tinyEncoder(device, { modelType: 'distilbert' });

test.each(everyKind)(
  '%s trains on DistilBERT, and its folder is read again',
  async (_, definition, makeSources) => {
    const files = await checkMethod(encoder, definition, makeSources);
    for (const [path, content] of Object.entries(files)) {
      if (!path.endsWith('.safetensors') || path.includes('head')) continue;
      const { entries } = parseSafetensors(content as Uint8Array, path);
      for (const key of entries.keys())
        expect(key, path).toMatch(
          /^(?:base_model\.model\.)?(?:distilbert|task_embedding_controller|pre_classifier|classifier|shared_parameters)\./,
        );
    }
  },
);
