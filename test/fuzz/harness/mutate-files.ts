import * as fc from 'fast-check';
import { mutatedBytes } from './mutate-bytes.ts';
import { mutatedJson, mutatedJsonText } from './mutate-json.ts';
import { mutatedText } from './mutate-text.ts';
import { type Files, utf8 } from './target.ts';

/** Returns a safetensors file with damaged bytes, or with a well-formed header of other content. */
export function mutatedSafetensors(file: Uint8Array): fc.Arbitrary<Uint8Array> {
  const length = Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
  const header: unknown = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  const data = file.subarray(8 + length);
  const joined = (text: string): Uint8Array => {
    const bytes = utf8(text);
    const whole = new Uint8Array(8 + bytes.length + data.length);
    new DataView(whole.buffer).setBigUint64(0, BigInt(bytes.length), true);
    whole.set(bytes, 8);
    whole.set(data, 8 + bytes.length);
    return whole;
  };
  return fc.oneof(mutatedBytes(fc.constant(file)), mutatedJsonText(header).map(joined));
}

/** Returns a file with damage typical of its kind. */
function mutatedFile(name: string, file: Uint8Array): fc.Arbitrary<Uint8Array> {
  if (name.endsWith('.safetensors')) return mutatedSafetensors(file);
  if (/\.(?:bin|parquet|gz)$/.test(name)) return mutatedBytes(fc.constant(file));
  const text = new TextDecoder().decode(file);
  const asText = mutatedText(fc.constant(text)).map(utf8);
  if (name.endsWith('.json'))
    return fc.oneof(
      { weight: 4, arbitrary: mutatedJson(JSON.parse(text)) },
      { weight: 1, arbitrary: asText },
    );
  return fc.oneof(
    { weight: 3, arbitrary: asText },
    { weight: 1, arbitrary: mutatedBytes(fc.constant(file)) },
  );
}

/** Returns files of which one is damaged. @param names files that may be damaged; default all */
export function mutatedFiles(
  files: Files,
  names: readonly string[] = Object.keys(files),
): fc.Arbitrary<Files> {
  return fc.oneof(
    ...names.map((name) =>
      mutatedFile(name, files[name] as Uint8Array).map((bytes): Files => ({ ...files, [name]: bytes })),
    ),
  );
}

/**
 * Returns the files of a model's folder as bytes. PyTorch files are left out if the same tensors exist in another file.
 */
export function filesOf(set: Readonly<Record<string, string | Uint8Array>>): Files {
  return Object.fromEntries(
    Object.entries(set)
      .filter(([name]) => !/pytorch_\w+\.bin$/.test(name))
      .map(([name, content]) => [name, typeof content === 'string' ? utf8(content) : content]),
  );
}
