import type { Device } from '@scalearn/core';

/** A device to run recorded cases on, and the limits there. */
export interface GoldenDevice {
  readonly name: string;
  readonly device: Device;
  readonly limits: 'tolerance' | 'tolerance_float64';
  /** Maximum difference, as a multiple of its limit. */
  readonly times: number;
  /** Maximum number of steps of a curve on a real encoder; default all. */
  readonly realSteps?: number;
}
