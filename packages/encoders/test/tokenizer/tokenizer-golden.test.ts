import { beforeAll, describe, expect, test } from 'vitest';
import { localFolder } from '../../src/folder/local-folder.ts';
import { TokenizerError } from '../../src/tokenizer/errors.ts';
import { loadTokenizer } from '../../src/tokenizer/load-tokenizer.ts';
import type { EncodeOptions, Segments, Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import type { Truncation } from '../../src/tokenizer/truncation.ts';
import { golden, readJson, readLines, shared, skipReason } from '../folder/golden.ts';

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

const folders: Record<string, string> = {
  'bert-base-uncased': `${shared}/models/tokenizers/bert-base-uncased`,
  'roberta-base': `${shared}/models/tokenizers/roberta-base`,
  'xlmr-tiny': `${golden}/tokenizers/xlmr-tiny`,
};

const optionsOf = ({ maxLength, truncation, addSpecialTokens }: Line): EncodeOptions => ({
  ...(maxLength !== undefined && { maxLength }),
  ...(truncation && { truncation: TRUNCATIONS[truncation] as Truncation }),
  ...(addSpecialTokens !== undefined && { addSpecialTokens }),
});

const absent = skipReason(`${golden}/tokenizers`) ?? skipReason(`${shared}/models`);

describe.skipIf(absent).each(Object.keys(folders))(
  `equal to the Rust library: %s${absent ? ` ${absent}` : ''}`,
  (name) => {
    const lines = absent ? [] : readLines<Line>(`${golden}/tokenizers/${name}.jsonl`);
    let tokenizer: Tokenizer;
    beforeAll(async () => {
      tokenizer = await loadTokenizer(await localFolder(folders[name]!));
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
  },
);

describe.skipIf(absent)(`settings stored in tokenizer.json${absent ? `: ${absent}` : ''}`, () => {
  test('have no effect', async () => {
    const tokenizer = await loadTokenizer(await localFolder(`${shared}/models/minilm-l6`));
    expect(tokenizer.modelMaxLength).toBe(512);
    for (const line of readLines<Line>(`${golden}/tokenizers/minilm-l6.stored-settings.jsonl`)) {
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

const tasks = ['cola', 'mnli', 'mrpc', 'qnli', 'qqp', 'rte', 'sst2', 'stsb'].map((task) => `glue-${task}`);
const superglue = ['boolq', 'cb', 'copa', 'multirc', 'record', 'rte', 'wic', 'wsc'].map(
  (task) => `superglue-${task}`,
);
const noData = absent ?? skipReason(`${golden}/data`);

describe.skipIf(noData)(`rows of the data sets${noData ? `: ${noData}` : ''}`, () => {
  let bert: Tokenizer;
  let roberta: Tokenizer;
  beforeAll(async () => {
    bert = await loadTokenizer(await localFolder(folders['bert-base-uncased']!));
    roberta = await loadTokenizer(await localFolder(folders['roberta-base']!));
  });

  test.each([...tasks, ...superglue])('%s', (task) => {
    const { maxLength, truncation, examples } = readJson<DataFile>(`${golden}/data/${task}.json`);
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
