import type { MethodDefinition } from '@scalearn/core/methods';
import type { EncoderFamily } from '@scalearn/encoders';
import type { TrainDefaults } from '../options/train-table.ts';

export type { TrainDefaults };

/** Methods and encoder families that are added to the command. */
export interface Plugin {
  /** Name of the plugin, used in messages. */
  readonly name: string;
  /** Additional methods. Their definitions are made with `defineMethod` of `@scalearn/core`. */
  readonly methods?: readonly MethodDefinition[];
  /** Additional families of encoders. They are made with `defineEncoderFamily` of `@scalearn/encoders`. */
  readonly families?: readonly EncoderFamily[];
}

/** What `scalearn.config.ts` exports. */
export interface Config {
  readonly plugins?: readonly Plugin[];
  /**
   * Defaults of options of `scalearn train`, by their names in camel case. Options of the command line override them.
   */
  readonly defaults?: TrainDefaults;
}

/** Returns the configuration unchanged. TypeScript checks its type. */
export function defineConfig(config: Config): Config {
  return config;
}
