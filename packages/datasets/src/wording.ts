/** The options of custom files that messages name. */
export type NamedOption =
  | 'text'
  | 'textPair'
  | 'label'
  | 'labels'
  | 'problem'
  | 'decimal'
  | 'quote'
  | 'delimiter'
  | 'header'
  | 'maxFileSize';

/** Names of options where a message is shown: in a program those of this library, on a command line the flags. */
export interface OptionWords {
  /** Returns the name of an option. */
  name(option: NamedOption): string;
  /**
   * Returns the advice to set an option to a value, preceded by `before`. Returns an empty text if the option does not
   * exist.
   *
   * @param value value in the library's terms; omitted if the reader chooses it
   */
  say(option: NamedOption, value?: string | readonly string[], before?: string): string;
  /** Returns an option with its given value. */
  given(option: NamedOption, value: string): string;
  /** Returns where to find the ids of tasks. @param known all of them */
  tasks(known: readonly string[]): string;
}

/** A message, or a function of the names of options that returns it. */
export type Wording = string | ((words: OptionWords) => string);

/** The words of this library. */
const libraryWords: OptionWords = {
  name: (option) => `the option ${option}`,
  say(option, value, before = '') {
    if (value === undefined) return `${before}give the option ${option}`;
    const quoted = (text: string): string => `'${text}'`;
    const shown = typeof value === 'string' ? quoted(value) : `[${value.map(quoted).join(', ')}]`;
    return `${before}give the option ${option}: ${shown}`;
  },
  given: (option, value) => `${option}: '${value}'`,
  tasks: (known) => `Known tasks: ${known.join(', ')}.`,
};

/** Returns a message in the given words. @param words default: those of this library */
export function inWords(wording: Wording, words: OptionWords = libraryWords): string {
  return typeof wording === 'string' ? wording : wording(words);
}
