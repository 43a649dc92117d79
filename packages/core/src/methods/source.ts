import { ArgumentError } from '../errors.ts';
import { shown } from '../files/shown.ts';
import type { Adapter } from './adapter.ts';
import type { LoraAdapter } from './lora/lora-adapter.ts';

/** A trained adapter of a kind that can be a source of stage 2. */
export type SourceAdapter = Adapter | LoraAdapter;

/** A trained adapter, or an object that contains one. */
export type AdapterSource =
  | SourceAdapter
  | {
      /** The adapter. */
      readonly adapter: SourceAdapter;
    };

/** Returns whether an adapter is a LoRA, not a bottleneck adapter. */
export const isLora = (adapter: SourceAdapter): adapter is LoraAdapter => 'modules' in adapter;

/** The adapter of a source. @throws ArgumentError for what is not one, such as the path of a folder */
function adapterOf(source: AdapterSource): SourceAdapter {
  const adapter: unknown = typeof source === 'object' && 'adapter' in source ? source.adapter : source;
  if (isAdapter(adapter)) return adapter;
  throw new ArgumentError(
    `a source must be an adapter, not ${shown(source)}; read a folder with loadAdapter of @scalearn/encoders`,
  );
}

const isAdapter = (value: unknown): value is SourceAdapter =>
  typeof value === 'object' && value !== null && 'name' in value && ('layers' in value || 'modules' in value);

/** The adapters of `sources`, of any kind. @throws ArgumentError for what is not a list of adapters */
export function sourcesOf(sources: readonly AdapterSource[]): SourceAdapter[] {
  if (Array.isArray(sources)) return sources.map(adapterOf);
  throw new ArgumentError(`sources must be a list of adapters, not ${shown(sources)}`);
}

/**
 * The bottleneck adapters of `sources`.
 *
 * @param method name of the method that takes no others, for messages
 * @throws ArgumentError for what is not a list of bottleneck adapters
 */
export function adaptersOf(sources: readonly AdapterSource[], method = 'this method'): Adapter[] {
  return sourcesOf(sources).map((source) => {
    if (!isLora(source)) return source;
    throw new ArgumentError(
      `the source '${source.name}' is a LoRA, and ${method} takes bottleneck adapters only; ScaLearn takes LoRAs`,
    );
  });
}

/**
 * The LoRAs of `sources`.
 *
 * @param method name of the method that takes no others, for messages
 * @throws ArgumentError for what is not a list of LoRAs
 */
export function lorasOf(sources: readonly AdapterSource[], method: string): LoraAdapter[] {
  return sourcesOf(sources).map((source) => {
    if (isLora(source)) return source;
    throw new ArgumentError(
      `the source '${source.name}' is a bottleneck adapter, and ${method} takes LoRAs only; AdapterSoup takes bottleneck adapters`,
    );
  });
}

/** Returns name and checksum, which distinguish adapters in settings. */
export function describeAdapter(adapter: SourceAdapter): string {
  return `${adapter.name} ${(isLora(adapter) ? loraChecksum(adapter) : adapterChecksum(adapter)).toString(16).padStart(8, '0')}`;
}

/** Returns a 32-bit FNV-1a over all weights. It distinguishes adapters with the same name. */
function adapterChecksum({ layers }: Adapter): number {
  let hash = start;
  for (const { down, downBias, up, upBias } of layers)
    for (const values of [down, downBias, up, upBias]) hash = mix(hash, values);
  return hash >>> 0;
}

/** Returns the checksum of a LoRA: over its weights, and the numbers and paths that decide what they do. */
function loraChecksum({ modules, useRslora }: LoraAdapter): number {
  let hash = start;
  for (const [path, { a, b, alpha }] of modules) {
    const name = Float32Array.from(path, (character) => character.charCodeAt(0));
    for (const values of [name, Float32Array.of(alpha, Number(useRslora)), a, b]) hash = mix(hash, values);
  }
  return hash >>> 0;
}

const start = 0x811c9dc5;

function mix(hash: number, { buffer, byteOffset, length }: Float32Array): number {
  let mixed = hash;
  for (const word of new Uint32Array(buffer, byteOffset, length)) mixed = Math.imul(mixed ^ word, 0x01000193);
  return mixed;
}
