import { suggest } from '@scalearn/datasets';
import { Command, type Option, type ParseOptionsResult } from 'commander';
import { usualCommandNames, usualOptionNames } from './usual-names.ts';

/** An option that is required, except if one of others is given. */
interface Need {
  readonly name: string;
  /** The option that can be given instead. */
  readonly or?: string | undefined;
  /** The option that makes it unnecessary. */
  readonly unless?: readonly string[] | undefined;
}

/**
 * A command that checks the names on its command line before any value is read. One error names everything that is
 * wrong with them: unknown options with the options that were meant, and all that is missing. An option that is given
 * twice is an error, because otherwise the last value would silently win, or lists would silently be joined.
 */
export class CheckedCommand extends Command {
  readonly #needs: Need[] = [];

  override createCommand(name?: string): CheckedCommand {
    return new CheckedCommand(name);
  }

  /** Requires an option, unless another one is given. Options that are always required are mandatory. */
  needs(name: string, { or, unless }: Omit<Need, 'name'>): this {
    this.#needs.push({ name, or, unless });
    return this;
  }

  override parseOptions(args: string[]): ParseOptionsResult {
    if (this.commands.length > 0) this.#checkCommand(args[0] ?? '');
    else this.#checkNames(scan(this, args));
    return super.parseOptions(args);
  }

  #checkCommand(word: string): void {
    const names = this.commands.map((command) => command.name());
    if (word.startsWith('-') || word === '' || word === 'help' || names.includes(word)) return;
    const meant = meantName(word, names, usualCommandNames);
    const hint = meant === undefined ? `see ${this.name()} --help` : `Did you mean ${meant}?`;
    this.error(`error: unknown command '${word}' (${hint})`);
  }

  #checkNames({ given, unknown, words, asksForHelp, withoutValue }: Scan): void {
    if (asksForHelp) return;
    const [incomplete] = withoutValue;
    if (incomplete) this.error(`error: option '${incomplete.flags}' needs a value`);
    const repeated = given.find((option, i) => given.indexOf(option) < i);
    if (repeated) {
      const how = repeated.variadic ? 'give all its values after it once' : 'give it once';
      this.error(`error: option '${repeated.flags}' was given twice; ${how}`);
    }
    const meant = unknown.map((flag) => meantOption(this, flag));
    const missing = this.#missing(new Set([...given, ...meant]), words);
    const faults = [
      ...(unknown.length === 0 ? [] : [this.#unknownText(unknown, meant)]),
      ...(missing.length === 0 ? [] : [missing.join('; ')]),
    ];
    if (faults.length > 0) this.error(`error: ${faults.join('; ')}`);
  }

  #unknownText(unknown: readonly string[], meant: readonly (Option | undefined)[]): string {
    const all = unknown.map((flag, i) => {
      const option = meant[i];
      return `'${flag}'${option ? ` (Did you mean --${option.name()}?)` : ''}`;
    });
    const parents = this.parent ? `${this.parent.name()} ` : '';
    const hint = meant.includes(undefined) ? `; see ${parents}${this.name()} --help` : '';
    return `unknown option${unknown.length > 1 ? 's' : ''} ${all.join(', ')}${hint}`;
  }

  /** Describes what is required and not given: options in the order of the help, then arguments. */
  #missing(given: ReadonlySet<Option | undefined>, words: number): string[] {
    const named = (name: string): Option | undefined =>
      this.options.find((option) => option.attributeName() === name);
    const isThere = (option: Option | undefined): boolean =>
      option !== undefined && (given.has(option) || option.defaultValue !== undefined);
    const options = this.options.flatMap((option) => {
      const need = this.#needs.find(({ name }) => name === option.attributeName());
      if (!option.mandatory && !need) return [];
      const other = need?.or === undefined ? undefined : named(need.or);
      const others = [other, ...(need?.unless ?? []).map(named)];
      if (isThere(option) || others.some(isThere)) return [];
      return [`'${option.flags}'${other ? ` (or '${other.flags}')` : ''}`];
    });
    const places = this.registeredArguments.filter(({ required }) => required);
    const absent = places.slice(words).map((place) => `'${place.name()}'`);
    return [
      ...(options.length === 0
        ? []
        : [`required option${options.length > 1 ? 's' : ''} ${options.join(', ')} not specified`]),
      ...absent.map((name) => `missing required argument ${name}`),
    ];
  }
}

/** What is on a command line. */
interface Scan {
  /** Options, once for each time they are given. */
  readonly given: readonly Option[];
  /** Flags that the command does not have. */
  readonly unknown: readonly string[];
  /** Number of words that are neither options nor their values. */
  readonly words: number;
  readonly asksForHelp: boolean;
  /** Options that are followed by another option in place of their value. */
  readonly withoutValue: readonly Option[];
}

const helpFlags = ['-h', '--help', '--help-all'];
const isNumber = (arg: string): boolean => /^-(?:\d+|\d*\.\d+)(?:e[+-]?\d+)?$/.test(arg);
const isFlag = (arg: string): boolean => arg.length > 1 && arg.startsWith('-') && !isNumber(arg);

/** Divides a command line into options, values and words as commander does, without reading values. */
function scan(command: Command, args: readonly string[]): Scan {
  const find = (flag: string): Option | undefined =>
    command.options.find(({ short, long }) => flag === short || flag === long);
  const [given, unknown, withoutValue]: [Option[], string[], Option[]] = [[], [], []];
  let words = 0;
  let asksForHelp = false;
  const plainAfter = (i: number): number => {
    let next = i;
    while (next < args.length && !isFlag(args[next] as string)) next++;
    return next;
  };
  for (let i = 0; i < args.length; ) {
    const arg = args[i++] as string;
    if (arg === '--') {
      words += args.length - i;
      break;
    }
    if (!isFlag(arg)) {
      words++;
      continue;
    }
    if (helpFlags.includes(arg)) asksForHelp = true;
    const [flag = '', value] = arg.split(/=(.*)/s, 2);
    const option = find(flag);
    const takesValue = option !== undefined && (option.required || option.optional);
    if (option && (value === undefined || takesValue)) {
      given.push(option);
      if (value === undefined && option.required && i < args.length) {
        // A value may begin with a hyphen, but another option of the command is a forgotten value.
        if (find(args[i] as string)) withoutValue.push(option);
        else i++;
      }
      if (option.variadic) i = plainAfter(i);
    } else if (!helpFlags.includes(arg)) {
      unknown.push(option ? arg : flag);
      const meant = meantOption(command, flag);
      const isSwitch = meant !== undefined && !meant.required && !meant.optional;
      if (value === undefined && !isSwitch)
        i = meant?.variadic ? plainAfter(i) : Math.min(i + 1, plainAfter(i));
    }
  }
  return { given, unknown, words, asksForHelp, withoutValue };
}

/** Returns the option that an unknown flag most likely means. */
function meantOption({ options }: Command, flag: string): Option | undefined {
  const name = meantName(
    flag.split('=')[0] as string,
    options.map((option) => option.name()),
    usualOptionNames,
  );
  return options.find((option) => option.name() === name);
}

/** Returns the name that a word most likely means: in another spelling, as other tools call it, or mistyped. */
function meantName(
  word: string,
  names: readonly string[],
  usual: Readonly<Record<string, readonly string[]>>,
): string | undefined {
  const plain = word
    .replace(/^-+/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, '-')
    .replaceAll('_', '-')
    .toLowerCase();
  if (names.includes(plain)) return plain;
  const known = names.filter((name) => Object.hasOwn(usual, name) && usual[name]?.includes(plain));
  const begun = names.filter((name) => plain.length > 2 && name.startsWith(plain));
  // The order of the table decides which of several known names is meant.
  const order = Object.keys(usual);
  return (
    known.sort((a, b) => order.indexOf(a) - order.indexOf(b))[0] ??
    suggest(plain, names) ??
    (begun.length === 1 ? begun[0] : undefined)
  );
}
