import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readLines, shared } from '../../../../test/golden/recorded.ts';
import { TokenizerError } from '../../src/tokenizer/errors.ts';
import type { Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import { load } from './small-tokenizers.ts';

/** A tokenizer drawn from the options of tokenizer.json, with what the Rust library gives. */
interface Case {
  readonly name: string;
  readonly tokenizer: Record<string, unknown>;
  readonly rows: readonly Row[];
}
type Row = readonly [
  text: string,
  ids: readonly number[],
  withoutSpecial: readonly number[],
  pair?: string,
  pairIds?: readonly number[],
  pairTypes?: readonly number[],
];

const own = fileURLToPath(new URL('./recorded/options.jsonl', import.meta.url));
const more = process.env.SCALEARN_TOKENIZERS;
const files = [
  own,
  `${shared}/cases/tokenizers-options.jsonl`,
  ...(more === undefined ? [] : readdirSync(more).map((name) => `${more}/${name}`)),
];

/** Whether a tokenizer of a kind may be refused: the message must name what is not supported. */
async function loadOrRefuse({ tokenizer }: Case): Promise<Tokenizer | undefined> {
  try {
    return await load(tokenizer);
  } catch (error) {
    expect(error).toBeInstanceOf(TokenizerError);
    expect(error).toMatchObject({ reason: 'unsupported' });
    return undefined;
  }
}

describe.each(files)('options of tokenizer.json: %s', (file) => {
  test.skipIf(!existsSync(file))('give the ids of the Rust library, or are refused by name', async () => {
    const cases = readLines<Case>(file);
    let refused = 0;
    for (const each of cases) {
      const tokenizer = await loadOrRefuse(each);
      if (!tokenizer) refused++;
      for (const [text, ids, withoutSpecial, pair, pairIds, pairTypes] of tokenizer ? each.rows : []) {
        const where = `${each.name}: ${JSON.stringify(text)}`;
        expect([...tokenizer!.encode(text).inputIds], where).toEqual(ids);
        const plain = tokenizer!.encode(text, undefined, { addSpecialTokens: false });
        expect([...plain.inputIds], where).toEqual(withoutSpecial);
        if (pair === undefined) continue;
        const both = tokenizer!.encode(text, pair);
        expect([...both.inputIds], `${where} ${JSON.stringify(pair)}`).toEqual(pairIds);
        expect([...both.tokenTypeIds], `${where} ${JSON.stringify(pair)}`).toEqual(pairTypes);
      }
    }
    expect(refused).toBeLessThanOrEqual(cases.length / 4);
  });
});
