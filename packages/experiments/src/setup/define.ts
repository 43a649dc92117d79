import type { MethodDefinition } from '@scalearn/core/methods';
import type { EncoderFamily } from '@scalearn/encoders';
import type { TrainDefaults } from '../options/train-table.ts';

export type { TrainDefaults };

/** Methods and encoder families that are added to the command. */
export interface Plugin {
  /** Name of the plugin, used in messages. */
  readonly name: string;
  /** Additional methods, whose definitions are made with `defineMethod` of `@scalearn/core`; none by default. */
  readonly methods?: readonly MethodDefinition[];
  /** Additional families of encoders, made with `defineEncoderFamily` of `@scalearn/encoders`; none by default. */
  readonly families?: readonly EncoderFamily[];
}

/** What `scalearn.config.ts` exports. */
export interface Config {
  /** Methods and families that are added to the command; none by default. */
  readonly plugins?: readonly Plugin[];
  /**
   * Defaults of options of `scalearn train`, by their names in camel case; by default those of the command. Options
   * of the command line override them.
   */
  readonly defaults?: TrainDefaults;
}

/** Returns the configuration unchanged. TypeScript checks its type. */
export function defineConfig(config: Config): Config {
  return config;
}
