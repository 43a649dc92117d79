import { fileURLToPath } from 'node:url';

/** The folder with `models/`, `data/` and `baseline/`; by default the one beside the repository. */
export const shared: string =
  process.env.SCALEARN_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url));

export const encoderFolder: string = `${shared}/models/minilm-l6`;
export const glueFolder: string = `${shared}/data/glue`;
