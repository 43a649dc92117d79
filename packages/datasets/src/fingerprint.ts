import type { Example } from './task.ts';

/**
 * SHA-256 (hexadecimal) of rows: of every row the JSON list of its segments and its label, a line feed after each,
 * in UTF-8.
 */
export function fingerprintExamples(examples: readonly Example[]): Promise<string> {
  return sha256(examples.map(({ segments, label }) => `${JSON.stringify([...segments, label])}\n`).join(''));
}

export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
