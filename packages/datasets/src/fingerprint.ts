import { sha256 } from '@scalearn/hub';
import type { Example } from './task.ts';

/** Maximum number of characters hashed at once. Of all tasks only ReCoRD has more. */
const mostCharacters = 2 ** 27;

/**
 * Returns the SHA-256 (hexadecimal) of rows. Each row is hashed as a JSON list of its segments, choices and label, and
 * of its group and right answers if it has them, in UTF-8 with a line feed. Values equal to those of the previous row
 * of the same group are written as null, so that a passage is hashed once. Long data is hashed in parts, and the result
 * is the hash of the hashes of the parts.
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
