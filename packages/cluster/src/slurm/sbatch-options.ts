import { SlurmError } from '../errors.ts';

/** Options of sbatch that decide what is submitted, and are not the user's to give. */
const own = [
  ...['array', 'clusters', 'dependency', 'help', 'job-name', 'kill-on-invalid-dep', 'no-requeue', 'parsable'],
  ...['test-only', 'usage', 'version', 'wait', 'wrap'],
];
const shortNames: Readonly<Record<string, string>> = {
  ...{ a: 'array', M: 'clusters', d: 'dependency', h: 'help', J: 'job-name', V: 'version', W: 'wait' },
};

/** Short options that have no value. What follows another one is its value; values of long options follow `=`. */
const switches = 'HOQksv';

/** Options for sbatch that were checked. */
export interface SbatchOptions {
  /** Arguments for sbatch. */
  readonly args: readonly string[];
  /** Most tasks of an array at once, as `%8`, from `--array=%8`; empty if all may run. */
  readonly limit: string;
}

/**
 * Splits options for sbatch as a shell does, but expands nothing, and checks them.
 *
 * @throws SlurmError for one that would change what is submitted, for a word that is no option, or for a quote that is not closed
 */
export function sbatchOptions(text: string): string[] {
  const words = splitWords(text);
  checkSbatch(words);
  return words;
}

/** Checks options that were split before. @throws SlurmError */
export function checkSbatch(words: readonly string[]): SbatchOptions {
  const args: string[] = [];
  let limit = '';
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    const [, name = '', value] =
      /^--([a-z][a-z-]*)(?:=(.*))?$/su.exec(word) ?? /^-([A-Za-z])(.+)?$/su.exec(word) ?? [];
    if (name === '')
      throw refused(`${JSON.stringify(word)} is not an option of sbatch; write options as --partition=gpu`);
    const isSwitch = name.length > 1 || switches.includes(name);
    if (name.length === 1 && isSwitch && value !== undefined)
      throw refused(`write the options in ${word} one by one, as -${name} -${value.slice(0, 1)}`);
    // A word that sbatch did not take for a value would be another script.
    const takesNext = value === undefined && !isSwitch && /^[^-]/.test(words[i + 1] ?? '');
    const given = takesNext ? words[++i] : value;
    // sbatch accepts names that are cut.
    const isOwn = own.find((each) => each === shortNames[name] || each.startsWith(name.padEnd(2)));
    if (isOwn === 'array' && /^%\d+$/.test(given ?? '')) limit = given as string;
    else if (isOwn !== undefined) throw refused(whyOwn(isOwn));
    else args.push(word, ...(takesNext ? [given as string] : []));
  }
  return { args, limit };
}

const whyOwn = (name: string): string =>
  name === 'array'
    ? 'only a limit of tasks at once can be given for arrays, as --array=%8'
    : `--${name} cannot be given to sbatch here, because it changes what is submitted; leave it out`;

/** Splits text into words: blanks separate, quotes and `\` keep them. */
function splitWords(text: string): string[] {
  const words: string[] = [];
  // Parts of a word: 'single', "double", \x, or plain.
  const word = /\s*((?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+)\s*/suy;
  while (word.lastIndex < text.trimEnd().length) {
    const [, found] = word.exec(text) ?? [];
    if (found === undefined)
      throw refused(`a quote is not closed, or \\ is the last character, in ${JSON.stringify(text)}`);
    words.push(
      found.replace(
        /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/gsu,
        (_, single, double, escaped) => escaped ?? single ?? double.replace(/\\(["\\$`])/gu, '$1'),
      ),
    );
  }
  return words;
}

const refused = (message: string): SlurmError => new SlurmError('options', message);
