import type { CommandEntry, OptionEntry, Values } from './entries.ts';

/** Writes the completion for fish. */
export function fishScript(commands: readonly CommandEntry[], global: readonly OptionEntry[]): string {
  const first = 'not __fish_seen_subcommand_from $scalearn_commands';
  const lines = commands.flatMap(({ name, meaning, options, values }) => {
    const inside = `__fish_seen_subcommand_from ${name}`;
    return [
      line(first, `-f -a ${name}`, meaning),
      ...options.map((option) => optionLine(inside, option)),
      line(inside, valueWords(values)),
    ];
  });
  return `# fish completion of scalearn. Load it with: scalearn completion fish | source
set -g scalearn_commands ${commands.map(({ name }) => name).join(' ')}
complete -c scalearn -e
${[...global.map((option) => optionLine(first, option)), ...lines].join('\n')}
`;
}

function optionLine(condition: string, { flag, meaning, values }: OptionEntry): string {
  const name = `-l ${flag.replace(/^--/, '')}`;
  return line(condition, values ? `${name} -r ${valueWords(values)}` : name, meaning);
}

/** Returns the arguments that offer values. Without `-f`, fish offers file names. */
function valueWords({ words, places }: Values): string {
  const folders = places === 'folders' ? ['(__fish_complete_directories)'] : [];
  const all = [...words, ...folders];
  const list = all.length > 0 ? ` -a ${quoted(all.join(' '))}` : '';
  return places === 'files' ? `-F${list}` : `-f${list}`;
}

function line(condition: string, how: string, meaning?: string): string {
  return `complete -c scalearn -n ${quoted(condition)} ${how}${meaning ? ` -d ${quoted(meaning)}` : ''}`;
}

const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
