import {
  classFamily,
  type FileSet,
  JsonFields,
  jsonCount,
  jsonList,
  jsonShallow,
  jsonShape,
  jsonText,
  sortedJson,
} from '@scalearn/core';
import type { ModelFiles, TransformerEncoder } from '@scalearn/encoders';

const tokenizer = 'tokenizer.json';
const settings = 'tokenizer_config.json';

/**
 * The tokeniser's files as transformers.js needs them. It takes from `tokenizer_config.json` how long a text may be, what
 * batches are padded with, and, by the class, whether there are token types; encoders' own files often leave these out.
 *
 * @param maxLength tokens of the longest text, special ones included
 */
export async function tokenizerFiles(
  files: ModelFiles,
  { config: { modelType, padTokenId } }: Pick<TransformerEncoder, 'config'>,
  maxLength: number,
): Promise<FileSet> {
  const text = await files.text(tokenizer);
  const where = (name: string): string => `${files.describe()}/${name}`;
  const own = (await files.has(settings))
    ? JsonFields.parse(await files.text(settings), where(settings))
    : undefined;
  const padToken = own?.raw('pad_token') ?? tokenOf(JsonFields.parse(text, where(tokenizer)), padTokenId);
  return {
    [tokenizer]: text,
    [settings]: sortedJson({
      ...Object.fromEntries(own?.keys.map((key) => [key, own.get(key, jsonShallow)]) ?? []),
      tokenizer_class: `${classFamily(modelType)}Tokenizer`,
      model_max_length: maxLength,
      ...(padToken === undefined ? {} : { pad_token: padToken }),
    }),
  };
}

/** The added token of an id. */
function tokenOf(json: JsonFields, id: number): string | undefined {
  const token = jsonShape({ id: jsonCount(0), content: jsonText });
  return json.take('added_tokens', jsonList(token), []).find((each) => each.id === id)?.content;
}
