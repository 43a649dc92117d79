import { UsageError } from '@scalearn/experiments';

/**
 * Takes `--config FILE` from the arguments before the command's name.
 *
 * @throws UsageError if no file follows
 */
export function takeConfig(args: readonly string[]): {
  readonly config?: string;
  readonly rest: readonly string[];
} {
  const [first = '', second, ...others] = args;
  const joined = /^--config=(.*)$/s.exec(first)?.[1];
  if (first !== '--config' && joined === undefined) return { rest: args };
  const config = joined ?? second;
  const rest = joined === undefined ? others : args.slice(1);
  if (!config) throw new UsageError('--config needs a file, such as --config scalearn.config.ts');
  if (/^--config(=|$)/.test(rest[0] ?? '')) throw new UsageError('--config was given twice; give it once');
  return { config, rest };
}
