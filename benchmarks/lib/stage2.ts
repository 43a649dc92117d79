import { type Device, type Encoder, scalearn } from '@scalearn/core';
import { loadEncoder } from '@scalearn/encoders';
import { encoderFolder } from './places.ts';
import { type Rows, rteRows } from './rows.ts';
import { randomSources } from './sources.ts';
import { Step } from './step.ts';

/** Makes the encoder, rows and step of the stage-2 benchmarks: minilm-l6, 8 sources of width 24, 32 rows of RTE. */
export async function stage2(
  device: Device,
): Promise<{ readonly encoder: Encoder; readonly rows: Rows; readonly step: Step }> {
  const encoder = await loadEncoder(encoderFolder, { device });
  const rows = await rteRows(encoder);
  const sources = randomSources(encoder.architecture, 8, 24);
  return { encoder, rows, step: await Step.create(encoder, scalearn({ sources }), rows) };
}
