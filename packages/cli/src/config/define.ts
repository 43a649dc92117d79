import type { MethodDefinition } from '@scalearn/core/methods';
import type { EncoderFamily } from '@scalearn/encoders';
import type { NamesWith, TrainArguments } from '../options/train-table.ts';

/** Options of `scalearn train` that a configuration may give a default. */
export type TrainDefaults = Partial<
  Pick<TrainArguments, NamesWith<{ readonly files: 'config' | 'both' }> & keyof TrainArguments>
>;

/** What somebody else adds to the command. */
export interface Plugin {
  /** For messages. */
  readonly name: string;
  /** Methods beside the command's own; `defineMethod` of `@scalearn/core` makes their definitions. */
  readonly methods?: readonly MethodDefinition[];
  /** Families of encoders beside those of `@scalearn/encoders`, whose `defineEncoderFamily` makes them. */
  readonly families?: readonly EncoderFamily[];
}

/** What `scalearn.config.ts` exports. */
export interface Config {
  readonly plugins?: readonly Plugin[];
  /** Options of `scalearn train`, in camel case, where the command line does not give them. */
  readonly defaults?: TrainDefaults;
}

/** A configuration, checked by its types. */
export function defineConfig(config: Config): Config {
  return config;
}
