import { type EncoderFamily, encoderFamilies } from '@scalearn/encoders';
import { type MethodRegistry, ownMethods } from '../methods/registry.ts';
import type { TrainDefaults } from '../options/train-table.ts';

/** What a configuration file adds to the command. */
export interface Setup {
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
