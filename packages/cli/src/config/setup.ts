import { type EncoderFamily, encoderFamilies } from '@scalearn/encoders';
import { type MethodRegistry, ownMethods } from '../methods/registry.ts';
import type { TrainDefaults } from './define.ts';

/** What a configuration file adds to the command. */
export interface Setup {
  readonly methods: MethodRegistry;
  /** Families that an encoder may be of. */
  readonly families: readonly EncoderFamily[];
  /** Checked already. */
  readonly defaults: TrainDefaults;
  /** Absolute path of the file; undefined where there is none. */
  readonly file?: string;
}

/** The command without a configuration file. */
export const plainSetup: Setup = { methods: ownMethods, families: encoderFamilies, defaults: {} };
