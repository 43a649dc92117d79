import { ArgumentError } from '../errors.ts';

/** Characters of a name, for messages. */
export const nameCharacters = 'letters, digits, _ . + -';

/** Longer names of tasks are cut: a file system takes 255 bytes for a folder's. */
const longest = 150;

/** Whether a text can name an adapter or a head: names become keys of tensors, folders, and parts of lists. */
export function isName(text: unknown): text is string {
  return typeof text === 'string' && /^[\w.+-]+$/.test(text) && !/^\.+$/.test(text);
}

/** Whether a folder of that name could stand in the place of a model folder's own files. */
export function isFileName(name: string): boolean {
  return /\.(json|safetensors|bin)$/i.test(name);
}

/**
 * Any text as a name, different ones as different names, of letters, digits, `_`, `-` and `+`: a dot is none of them, as
 * modules of PyTorch take none. What has no other characters stays as it is; else every other character, and `+`, becomes
 * `+HEX+`, its code point. Of a very long one the beginning is kept, with a checksum of the whole.
 *
 * @throws ArgumentError for an empty text
 */
export function nameFor(text: string): string {
  if (text === '') throw new ArgumentError('a name must not be empty');
  const isPlain = /^[\w+-]+$/.test(text) && !/\+[0-9a-f]+\+/.test(text);
  const escaped = (character: string): string => `+${character.codePointAt(0)?.toString(16)}+`;
  const name = isPlain ? text : text.replaceAll(/[^\w-]/gu, escaped);
  return name.length <= longest ? name : `${name.slice(0, longest - 17)}+${checksum(text)}`;
}

/** 64-bit FNV-1a over UTF-16 code units, in hexadecimal digits. */
function checksum(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++)
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}
