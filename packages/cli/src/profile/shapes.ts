import { type Device, DeviceError, type DeviceTensor, type HostArray } from '@scalearn/core';
import type { TensorInfo, TensorReader } from '@scalearn/core/files';
import {
  createEncoder,
  encoderWeights,
  type FamilyOptions,
  openModelFiles,
  readEncoderConfig,
  type TransformerConfig,
  type TransformerEncoder,
} from '@scalearn/encoders';

/**
 * Loads an encoder from its configuration alone, with arbitrary weights: the time of a step does not depend on them. It
 * has no tokenizer.
 *
 * @param source a folder that holds `config.json`, or a name on the hub
 */
export async function shapeEncoder(
  source: string,
  { device, families, signal }: FamilyOptions & { readonly device: Device; readonly signal: AbortSignal },
): Promise<TransformerEncoder> {
  const known = families ? { families } : {};
  const config = await readEncoderConfig(await openModelFiles(source, { signal }), known);
  return createEncoder({ device, config, weights: arbitraryWeights(config, known), name: source, ...known });
}

/** Returns a checkpoint that has every tensor of an encoder. */
function arbitraryWeights(config: TransformerConfig, options: FamilyOptions): TensorReader {
  const entries = new Map<string, TensorInfo>();
  for (const {
    parts,
    shape: [rows = 1, ...rest],
  } of encoderWeights(config, options))
    for (const name of parts)
      entries.set(name, { name, dtype: 'F32', shape: [rows / parts.length, ...rest] });
  const sizeOf = (name: string): number => entries.get(name)?.shape.reduce((a, b) => a * b, 1) ?? 0;
  const readFloat32 = async (name: string): Promise<Float32Array> => {
    const values = new Float32Array(sizeOf(name));
    for (let i = 0; i < values.length; i++) values[i] = (Math.imul(i, 0x9e3779b1) >> 16) * 1e-6;
    return values;
  };
  return {
    metadata: new Map(),
    entries,
    readFloat32,
    readBytes: async (name) => new Uint8Array((await readFloat32(name)).buffer),
    readInt32: async (name) => new Int32Array(sizeOf(name)),
  };
}

/** A device that keeps shapes and no values, on which graphs are built to count their work. It runs nothing. */
export function paperDevice(): Device {
  const dispose = (): void => {};
  const nothing = (): never => {
    throw new DeviceError('a device on paper has no values, and runs nothing');
  };
  const device: Device = {
    kind: 'paper',
    description: 'shapes without values',
    lost: new Promise(() => {}),
    upload(data: HostArray, shape, { label = 'tensor' } = {}): DeviceTensor {
      return {
        ...{ device, label, shape, bytes: data.byteLength, dispose, [Symbol.dispose]: dispose },
        dtype: data instanceof Int32Array ? 'i32' : 'f32',
        ...{ read: nothing, write: dispose },
      };
    },
    compile: nothing,
    memory: () => ({ bytes: {}, total: 0 }),
    ...{ dispose, [Symbol.dispose]: dispose, [Symbol.asyncDispose]: async () => {} },
  };
  return device;
}
