import { ArgumentError } from '../errors.ts';

/** The allowed characters of a name, for messages. */
export const nameCharacters = 'letters, digits, _ . + -';

/** The longest name of a task; longer ones are shortened. File systems limit folder names to 255 bytes. */
const longest = 150;

/** Returns whether a text can name an adapter or a head. Names become tensor keys, folders and items of lists. */
export function isName(text: unknown): text is string {
  return typeof text === 'string' && /^[\w.+-]+$/.test(text) && !/^\.+$/.test(text);
}

/** Returns whether a folder with this name could collide with a model folder's own files. */
export function isFileName(name: string): boolean {
  return /\.(json|safetensors|bin)$/i.test(name);
}

/**
 * Converts any text to a name of letters, digits, `_`, `-` and `+`. Different texts get different names. Dots are not
 * allowed, because names of PyTorch modules cannot contain them. A text of only these characters stays unchanged.
 * Otherwise every other character, and `+`, becomes `+HEX+`, its code point. A very long name is cut and ends with a
 * checksum of the whole text.
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

/** Returns a 64-bit FNV-1a over UTF-16 code units, in hexadecimal digits. */
function checksum(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++)
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}
