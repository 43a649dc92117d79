import type { CommandEntry, OptionEntry, Values } from './entries.ts';

/** Writes the completion for zsh. */
export function zshScript(commands: readonly CommandEntry[], global: readonly OptionEntry[]): string {
  const list = commands.map(({ name, meaning }) => `    ${quoted(`${name}:${meaning}`)}`);
  const cases = commands.map(({ name, options, values }) => {
    const specs = [...options.map(optionSpec), quoted(`*:value:${action(values)}`)];
    return `        ${name}) _arguments -S ${specs.join(' \\\n          ')} ;;`;
  });
  return `#compdef scalearn
# zsh completion of scalearn. Load it with: source <(scalearn completion zsh)
_scalearn() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands=(
${list.join('\n')}
  )
  _arguments -C ${global.map(optionSpec).join(' \\\n    ')} \\
    '1:command:->command' '*::argument:->rest'
  case $state in
    command) _describe command commands ;;
    rest)
      case $words[1] in
${cases.join('\n')}
      esac ;;
  esac
}
# An autoloaded file is the function itself.
if [[ $funcstack[1] == _scalearn ]]; then _scalearn "$@"; else compdef _scalearn scalearn; fi
`;
}

function optionSpec({ flag, meaning, values, several }: OptionEntry): string {
  const text = `[${meaning.replaceAll(/[[\]\\]/g, '\\$&')}]`;
  if (!values) return quoted(`${flag}${text}`);
  return quoted(`${flag}=${text}:${several ? '*-*:' : ''}value:${action(values)}`);
}

function action({ words, places }: Values): string {
  const files = { none: undefined, files: '_files', folders: '_files -/' }[places];
  const list = words.length > 0 ? `(${words.join(' ')})` : undefined;
  if (files === undefined) return list ?? ' ';
  return list === undefined ? files : `{_alternative 'words:value:${list}' 'files:file:${files}'}`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
