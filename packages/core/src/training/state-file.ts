import { ScalearnError } from '../errors.ts';
import { JsonFields, type JsonRule } from '../files/json-fields.ts';
import { parseSafetensors, type Safetensors } from '../files/safetensors/reader.ts';
import { writeSafetensors } from '../files/safetensors/writer.ts';
import { shown, shownList } from '../files/shown.ts';

/** Thrown for a checkpoint that belongs to another run or is damaged. */
export class CheckpointError extends ScalearnError {
  override name = 'CheckpointError';
}

/** Thrown for an intact checkpoint of a run with other settings. A run continues only with its own settings. */
export class OtherSettingsError extends CheckpointError {
  override name = 'OtherSettingsError';
}

/** The settings that affect a run's results. A checkpoint continues only with equal settings. */
export type RunSettings = Readonly<Record<string, string | number | null>>;

/** The state of a run, read from a file. */
export interface StateFile {
  /** All state besides tensors, to be read field by field. */
  readonly progress: JsonFields;
  /** Returns a vector. @throws CheckpointError if it has another size, SafetensorsError if it is missing */
  vector(name: string, size: number): Float32Array;
}

const version = 1;

/** Encodes the state of a run: vectors by name, its progress as JSON, and a note of the program. */
export function encodeState(
  settings: RunSettings,
  progress: object,
  vectors: Iterable<readonly [name: string, data: Float32Array]>,
  note?: string,
): Uint8Array {
  const tensors = [...vectors].map(([name, data]) => [name, { shape: [data.length], data }] as const);
  return writeSafetensors(tensors, {
    version: String(version),
    settings: JSON.stringify(settings),
    progress: JSON.stringify(progress, writeNumber),
    ...(note === undefined ? {} : { note }),
  });
}

/** Decodes a state. @throws CheckpointError if damaged, OtherSettingsError for other settings, SafetensorsError */
export function decodeState(bytes: Uint8Array, settings: RunSettings): StateFile {
  const file = parseSafetensors(bytes, 'checkpoint');
  if (file.metadata.get('version') !== String(version))
    throw new CheckpointError(
      'the checkpoint was written by another version of this library; start again with overwrite',
    );
  const stored = parseMetadata(file, 'settings');
  const current: ReadonlyMap<string, unknown> = new Map(Object.entries(settings));
  const different = [...new Set([...current.keys(), ...stored.keys])].filter(
    (key) => current.get(key) !== stored.raw(key),
  );
  if (different.length > 0) {
    const show = (key: string): string =>
      `${key} was ${shown(stored.raw(key))}, is ${shown(current.get(key))}`;
    throw new OtherSettingsError(
      `the checkpoint belongs to a run with other settings: ${shownList(different.map(show))}`,
    );
  }
  return {
    progress: parseMetadata(file, 'progress', readNumber),
    vector(name, size) {
      const data = file.float32(name);
      if (data.length !== size)
        throw new CheckpointError(`the checkpoint's ${name} has ${data.length} values, not ${size}`);
      return data.slice();
    },
  };
}

/** Thrown for a checkpoint with invalid contents. */
class DamagedCheckpointError extends CheckpointError {
  constructor(message: string, options?: ErrorOptions) {
    super(`the checkpoint is damaged (${message}); start again with overwrite`, options);
  }
}

/** A number that may be NaN or infinite, as losses and metrics can be. JSON itself has no such numbers. */
export const anyNumber: JsonRule<number> = {
  what: 'a number',
  fits: (value) => typeof value === 'number',
};

/** Writes NaN, infinities and -0 as objects, because JSON has no such numbers. */
const writeNumber = (_: string, value: unknown): unknown => {
  if (Object.is(value, -0)) return { number: '-0' };
  return typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value;
};
const readNumber = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'number' in value && typeof value.number === 'string'
    ? Number(value.number)
    : value;

function parseMetadata(
  file: Safetensors,
  key: string,
  revive?: (key: string, value: unknown) => unknown,
): JsonFields {
  let value: unknown;
  try {
    value = JSON.parse(file.metadata.get(key) ?? '', revive);
  } catch (cause) {
    throw new DamagedCheckpointError(`its ${key} is not JSON`, { cause });
  }
  return JsonFields.of(value, key, DamagedCheckpointError);
}
