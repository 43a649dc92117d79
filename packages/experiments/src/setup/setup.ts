import { type EncoderFamily, encoderFamilies } from '@scalearn/encoders';
import { type MethodRegistry, ownMethods } from '../methods/registry.ts';
import type { TrainDefaults } from '../options/train-table.ts';

/** What is known besides the options: methods, families of encoders, defaults. A configuration file adds to them. */
export interface Setup {
  /** All methods, with those of plugins. */
  readonly methods: MethodRegistry;
  /** Families of encoders that can be loaded. */
  readonly families: readonly EncoderFamily[];
  /** Defaults of options of `scalearn train`, already checked. */
  readonly defaults: TrainDefaults;
  /** Absolute path of the configuration file; undefined if there is none. */
  readonly file?: string;
}

/** The setup without a configuration file. */
export const plainSetup: Setup = { methods: ownMethods, families: encoderFamilies, defaults: {} };
