import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  recordedJson,
  recordedLines,
  recordedNames,
  recordedPath,
  shared,
  skipReason,
} from '../../../../test/golden/recorded.ts';
import { localFolder } from '../../src/folder/local-folder.ts';
import { TokenizerError } from '../../src/tokenizer/errors.ts';
import { loadTokenizer } from '../../src/tokenizer/load-tokenizer.ts';
import type { EncodeOptions, Segments, Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import type { Truncation } from '../../src/tokenizer/truncation.ts';

/** One recorded call of the Rust library `tokenizers`. */
interface Line {
  kind: string;
  text: string;
  pair?: string;
  addSpecialTokens?: boolean;
  maxLength?: number;
  truncation?: keyof typeof TRUNCATIONS;
  ids?: number[];
  typeIds?: number[];
  attentionMask?: number[];
  error?: string;
}

const TRUNCATIONS = {
  longest_first: 'longestFirst',
  only_first: 'onlyFirst',
  only_second: 'onlySecond',
} as const;

/** Where a tokenizer lies: beside what was recorded of it, if it is small. */
const folderOf = (name: string): string =>
  recordedNames(`tokenizers/${name}`).length > 0
    ? recordedPath(`tokenizers/${name}`)
    : `${shared}/models/tokenizers/${name}`;

const storedSettings = '.stored-settings.jsonl';
const recordings = recordedNames('tokenizers').filter((name) => name.endsWith('.jsonl'));
const names = recordings
  .filter((name) => !name.endsWith(storedSettings))
  .map((name) => basename(name, '.jsonl'));

const optionsOf = ({ maxLength, truncation, addSpecialTokens }: Line): EncodeOptions => ({
  ...(maxLength !== undefined && { maxLength }),
  ...(truncation && { truncation: TRUNCATIONS[truncation] as Truncation }),
  ...(addSpecialTokens !== undefined && { addSpecialTokens }),
});

for (const name of names) {
  const folder = folderOf(name);
  const absent = skipReason(folder);
  describe.skipIf(absent)(`equal to the Rust library: ${name}${absent ? `: ${absent}` : ''}`, () => {
    const lines = recordedLines<Line>(`tokenizers/${name}.jsonl`);
    let tokenizer: Tokenizer;
    beforeAll(async () => {
      tokenizer = await loadTokenizer(await localFolder(folder));
    });

    test.each([...new Set(lines.map(({ kind }) => kind))])('%s', (kind) => {
      for (const line of lines.filter((line) => line.kind === kind)) {
        const encode = () => tokenizer.encode(line.text, line.pair, optionsOf(line));
        if (line.error !== undefined) {
          expect(encode, line.text).toThrow(TokenizerError);
          continue;
        }
        const { inputIds, tokenTypeIds } = encode();
        expect([...inputIds], JSON.stringify(line)).toEqual(line.ids);
        expect([...tokenTypeIds], JSON.stringify(line)).toEqual(line.typeIds);
      }
    });

    test('a batch is the sequences one after the other', () => {
      const good = lines.filter(
        (line) => line.ids && line.maxLength === undefined && line.addSpecialTokens !== false,
      );
      const segments = good.map(({ text, pair }): Segments => (pair === undefined ? [text] : [text, pair]));
      const { inputIds, tokenTypeIds, cuSeqlens } = tokenizer.encodeBatch(segments);
      expect(cuSeqlens).toHaveLength(good.length + 1);
      expect([...inputIds]).toEqual(good.flatMap(({ ids }) => ids));
      expect([...tokenTypeIds]).toEqual(good.flatMap(({ typeIds }) => typeIds));
      expect([...cuSeqlens.slice(1)]).toEqual(good.map(({ ids }, i) => cuSeqlens[i]! + ids!.length));
    });
  });
}

const stored = recordings.filter((name) => name.endsWith(storedSettings));

describe.skipIf(stored.length === 0)('settings stored in tokenizer.json have no effect', () => {
  test.each(stored)('%s', async (name) => {
    const folder = `${shared}/models/${basename(name, storedSettings)}`;
    const tokenizer = await loadTokenizer(await localFolder(folder));
    expect(tokenizer.modelMaxLength).toBe(512);
    for (const line of recordedLines<Line>(`tokenizers/${name}`)) {
      // Recorded with the stored settings in force: padded to 128, cut to 128.
      const real = line.ids!.filter((_, i) => line.attentionMask![i] === 1);
      const { inputIds } = tokenizer.encode(line.text, line.pair, { ...optionsOf(line), maxLength: 128 });
      expect([...inputIds]).toEqual(real);
    }
    const long = 'word '.repeat(200);
    expect(tokenizer.encode(long).inputIds).toHaveLength(202);
    expect(tokenizer.encode(long.repeat(3), undefined, { maxLength: 10_000 }).inputIds).toHaveLength(512);
  });
});

interface DataFile {
  maxLength: number;
  truncation: keyof typeof TRUNCATIONS;
  examples: {
    segments: { a: string; b?: string }[];
    bert: { ids: number[]; typeIds: number[] }[];
    roberta: { ids: number[] }[];
  }[];
}

const tasks = recordedNames('data').filter((name) => /^(?:super)?glue-.*\.json$/.test(name));
const noRows = tasks.length === 0 || !existsSync(`${shared}/models/tokenizers`);

describe.skipIf(noRows)('rows of the data sets', () => {
  let bert: Tokenizer;
  let roberta: Tokenizer;
  beforeAll(async () => {
    bert = await loadTokenizer(await localFolder(folderOf('bert-base-uncased')));
    roberta = await loadTokenizer(await localFolder(folderOf('roberta-base')));
  });

  test.each(tasks)('%s', (task) => {
    const { maxLength, truncation, examples } = recordedJson<DataFile>(`data/${task}`);
    expect(examples.length).toBeGreaterThan(5);
    const options = { maxLength, truncation: TRUNCATIONS[truncation] };
    for (const example of examples) {
      for (const [i, { a, b }] of example.segments.entries()) {
        const { inputIds, tokenTypeIds } = bert.encode(a, b, options);
        expect([...inputIds]).toEqual(example.bert[i]!.ids);
        expect([...tokenTypeIds]).toEqual(example.bert[i]!.typeIds);
        expect([...roberta.encode(a, b, options).inputIds]).toEqual(example.roberta[i]!.ids);
      }
    }
  });
});
