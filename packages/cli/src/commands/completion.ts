import type { Setup } from '@scalearn/experiments';
import { Argument, type Command } from 'commander';
import { bashScript } from '../completion/bash.ts';
import { commandEntries, optionEntry } from '../completion/entries.ts';
import { fishScript } from '../completion/fish.ts';
import { zshScript } from '../completion/zsh.ts';
import type { Run } from './context.ts';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;
type Shell = keyof typeof scripts;

export function addCompletion(root: Command, run: Run, setup: Setup): void {
  const shells = Object.keys(scripts) as Shell[];
  root
    .command('completion')
    .summary('print the completion of this command for a shell')
    .description('Prints a script that completes commands, options, their values and file names.')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(shells))
    .addHelpText('after', examples)
    .action((shell: Shell) =>
      run(async ({ terminal }) => {
        const global = root.createHelp().visibleOptions(root);
        terminal.out(
          scripts[shell](
            commandEntries(root, setup),
            global.map((option) => optionEntry(option, setup)),
          ),
        );
      }),
    );
}

const examples = `
Examples:
  scalearn completion fish | source            in ~/.config/fish/config.fish
  source <(scalearn completion bash)           in ~/.bashrc
  source <(scalearn completion zsh)            in ~/.zshrc, after compinit
`;
