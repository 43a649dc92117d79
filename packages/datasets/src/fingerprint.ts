import type { Example } from './task.ts';

/** Characters that are hashed at once: more than any task has but ReCoRD, whose text would be longer than a text can be. */
const mostCharacters = 2 ** 27;

/**
 * SHA-256 (hexadecimal) of rows: of every row the JSON list of its segments, its choices, its label, and its group and
 * the right answers where it has them; a line feed after each, in UTF-8. Of much text, that of the hashes of its parts.
 */
export async function fingerprintExamples(examples: readonly Example[]): Promise<string> {
  const hashes: string[] = [];
  let part: string[] = [];
  let length = 0;
  for (const example of examples) {
    const text = lineOf(example);
    if (length + text.length > mostCharacters) {
      hashes.push(await sha256(part.join('')));
      [part, length] = [[], 0];
    }
    part.push(text);
    length += text.length;
  }
  const last = await sha256(part.join(''));
  return hashes.length === 0 ? last : sha256([...hashes, last].join(' '));
}

function lineOf({ segments, choices = [], label, group, candidate }: Example): string {
  const scored = [group, candidate?.answers].filter((value) => value !== undefined);
  return `${JSON.stringify([...segments, ...choices, label, ...scored])}\n`;
}

export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
