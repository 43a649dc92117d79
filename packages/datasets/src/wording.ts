/** The options of files of one's own that messages name. */
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

/** What options are called where a message is read: in a program as in this library, on a command line as its flags. */
export interface OptionWords {
  /** The option by its name. */
  name(option: NamedOption): string;
  /**
   * The advice to give an option a value, after `before`; nothing where there is no such option.
   *
   * @param value by the library's name; left out where it is the reader's to choose
   */
  say(option: NamedOption, value?: string | readonly string[], before?: string): string;
  /** An option with the value it was given. */
  given(option: NamedOption, value: string): string;
  /** Where to find the ids of tasks. @param known all of them */
  tasks(known: readonly string[]): string;
}

/** A message, or one that depends on what options are called. */
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

/** @param words those of this library by default */
export function inWords(wording: Wording, words: OptionWords = libraryWords): string {
  return typeof wording === 'string' ? wording : wording(words);
}
