import type { Example } from './task.ts';

/** Characters that are hashed at once: more than any task has but ReCoRD. */
const mostCharacters = 2 ** 27;

/**
 * SHA-256 (hexadecimal) of rows: of every row the JSON list of its segments, its choices, its label, and its group and
 * the right answers where it has them; a line feed after each, in UTF-8. What a row has in common with the one before, if
 * that is of the same group, is null: a passage counts once. Of very much text, the hash of the hashes of its parts.
 */
export async function fingerprintExamples(examples: readonly Example[]): Promise<string> {
  const hashes: string[] = [];
  let part: string[] = [];
  let length = 0;
  let before: Example | undefined;
  for (const example of examples) {
    const text = lineOf(example, before);
    before = example;
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

function lineOf(example: Example, before: Example | undefined): string {
  const values = valuesOf(example);
  const isSameGroup = example.group !== undefined && example.group === before?.group;
  const known = isSameGroup ? valuesOf(before) : [];
  return `${JSON.stringify(values.map((value, i) => (value === known[i] ? null : value)))}\n`;
}

function valuesOf({ segments, choices = [], label, group, candidate }: Example): unknown[] {
  const scored = [group, candidate?.answers].filter((value) => value !== undefined);
  return [...segments, ...choices, label, ...scored];
}

export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
