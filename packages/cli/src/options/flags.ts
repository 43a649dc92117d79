import { DatasetError, type NamedOption, type OptionWords } from '@scalearn/datasets';
import { problemName } from './own-data.ts';
import { flagOf, optionNamed } from './train-table.ts';

/** A command's flags for the options of files. Options without a flag are left out. */
export type Flags = Readonly<Partial<Record<NamedOption, string>>>;

/** Flags of `predict`, whose own `--text` is a text. */
export const textFileFlags: Flags = {
  text: '--text-column',
  textPair: '--text-pair-column',
  quote: '--quote',
  delimiter: '--delimiter',
  header: '--header',
  maxFileSize: '--max-file-size',
};

/** Runs work on data. Errors about the data name the flags of the command. */
export async function inFlags<T>(flags: Flags, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DatasetError) error.reword(flagWords(flags));
    throw error;
  }
}

function flagWords(flags: Flags): OptionWords {
  const name = (option: NamedOption): string => flags[option] ?? flagOf(optionNamed(option));
  const typed = (value: string): string => {
    const word = problemName(value) ?? value;
    return /^[\w.+-]+$/.test(word) ? word : JSON.stringify(word);
  };
  return {
    name,
    say(option, value = '…', before = '') {
      const values = typeof value === 'string' ? [value] : value;
      const words = value === '…' ? value : values.map(typed).join(' ');
      return flags[option] === undefined ? '' : `${before}say ${flags[option]} ${words}`;
    },
    given: (option, value) => `${name(option)} ${typed(value)}`,
    tasks: () =>
      'Run scalearn tasks to see them all; the name of a file of your own ends in .csv, .tsv, .jsonl, .json or .parquet.',
  };
}
