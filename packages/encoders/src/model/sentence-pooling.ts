import { JsonFields, jsonBoolean } from '@scalearn/core/files';
import type { Pooling } from '@scalearn/core/methods';
import type { HubOptions } from '@scalearn/hub';
import { openModelFiles } from '../hub/open-model-files.ts';

/** Where sentence-transformers stores how its encoders pool tokens. */
const file = '1_Pooling/config.json';
const modes: Readonly<Record<string, Pooling>> = {
  pooling_mode_mean_tokens: 'mean',
  pooling_mode_cls_token: 'first',
};

/**
 * Returns what the library sentence-transformers reads of a text with this encoder: the mean of its tokens or its first
 * token.
 *
 * @param source a hub name, a local folder or its URL
 * @returns undefined for an encoder that is not from this library, or that it reads in another way
 * @throws HubError, UnreadableModelFileError; ModelFileError for a damaged file
 */
export async function sentencePooling(
  source: string | URL,
  options: HubOptions = {},
): Promise<Pooling | undefined> {
  const files = await openModelFiles(source, options);
  if (!(await files.has(file))) return undefined;
  const json = JsonFields.parse(await files.text(file), `${files.describe()}/${file}`);
  const names = json.keys.filter((name) => name.startsWith('pooling_mode_'));
  const used = names.filter((name) => json.take(name, jsonBoolean, false));
  const [mode = ''] = used;
  return used.length === 1 && Object.hasOwn(modes, mode) ? modes[mode] : undefined;
}
