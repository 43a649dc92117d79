import type { CommandEntry, OptionEntry, Values } from './entries.ts';

/** Writes the completion for bash. */
export function bashScript(commands: readonly CommandEntry[], global: readonly OptionEntry[]): string {
  const names = commands.map(({ name }) => name);
  const flags = commands.map(({ name, options }) => `    ${name}) flags='${flagsOf(options)}' ;;`);
  const places = commands.map(({ name, values }) => `    ${name}) ${assigned(values)} ;;`);
  const values = [{ name: '', options: global }, ...commands].flatMap(({ name, options }) =>
    options.flatMap(({ flag, values, several }) =>
      values ? [`    '${name} ${flag}'${several ? '*' : ''}) ${assigned(values)} ;;`] : [],
    ),
  );
  return `# bash completion of scalearn. Load it with: source <(scalearn completion bash)
_scalearn() {
  local current=\${COMP_WORDS[COMP_CWORD]} command= option= after= flags= words= places= word i
  # Bash divides --name=value into three words.
  [[ $current == '=' ]] && current=
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      =) ;;
      -*) option=$word after= ;;
      *)
        if [[ -z $command && $option != --config ]]; then command=$word option=
        elif [[ -n $option ]]; then after=' more'
        fi
        [[ -z $command ]] && option=
        ;;
    esac
  done
  case $command in
    '') flags='${flagsOf(global)}' ;;
${flags.join('\n')}
  esac
  case "$command $option$after" in
${values.join('\n')}
    *) case $command in
    '') words='${names.join(' ')}' ;;
${places.join('\n')}
    esac ;;
  esac
  [[ $current == -* ]] && words=$flags places=
  local IFS=$' \\n'
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ -n $places ]]; then
    IFS=$'\\n'
    COMPREPLY+=($(compgen "$places" -- "$current"))
    compopt -o filenames 2> /dev/null
  fi
}
complete -F _scalearn scalearn
`;
}

const flagsOf = (options: readonly OptionEntry[]): string => options.map(({ flag }) => flag).join(' ');

function assigned({ words, places }: Values): string {
  const option = { none: '', files: '-f', folders: '-d' }[places];
  return `words='${words.join(' ')}' places=${option}`;
}
