import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../../../test/support/scratch.ts';
import { sentencePooling } from '../../src/index.ts';

const folder = scratchFolder();

function encoder(name: string, config?: unknown): string {
  const path = join(folder, name);
  mkdirSync(join(path, '1_Pooling'), { recursive: true });
  if (config !== undefined)
    writeFileSync(
      join(path, '1_Pooling/config.json'),
      typeof config === 'string' ? config : JSON.stringify(config),
    );
  return path;
}

const modes = (change: object): object => ({
  ...{ word_embedding_dimension: 384, pooling_mode_cls_token: false, pooling_mode_mean_tokens: false },
  ...{ pooling_mode_max_tokens: false, pooling_mode_mean_sqrt_len_tokens: false, ...change },
});

test.each([
  ['mean', modes({ pooling_mode_mean_tokens: true }), 'mean'],
  ['cls', modes({ pooling_mode_cls_token: true }), 'first'],
  ['max', modes({ pooling_mode_max_tokens: true }), undefined],
  ['both', modes({ pooling_mode_mean_tokens: true, pooling_mode_max_tokens: true }), undefined],
  ['none', undefined, undefined],
])('%s', async (name, config, expected) => {
  expect(await sentencePooling(encoder(name, config))).toBe(expected);
});

test('a damaged file is an error that names it', async () => {
  const damaged = encoder('damaged', '{');
  await expect(sentencePooling(damaged)).rejects.toThrow(`${damaged}/1_Pooling/config.json is not JSON`);
  const odd = encoder('odd', modes({ pooling_mode_mean_tokens: 'yes' }));
  await expect(sentencePooling(odd)).rejects.toThrow(/pooling_mode_mean_tokens is "yes"/);
});
