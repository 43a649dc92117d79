import type { EncoderArchitecture, EncoderConfig } from '@scalearn/core';

/** What `run.json` keeps of an encoder's architecture. The rest follows from its family. */
export type StoredArchitecture = EncoderConfig & Pick<EncoderArchitecture, 'prefix'>;

export function storedArchitecture(architecture: EncoderArchitecture): StoredArchitecture {
  const { pythonClass: _, modules: __, staticHead: ___, ...stored } = architecture;
  return stored;
}
