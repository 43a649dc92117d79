import { readFile } from 'node:fs/promises';
import { miniglueText } from '@scalearn/datasets';
import type { Segments } from '@scalearn/encoders';

/** The texts of a file, one in each line, or two with a tab between them; without a file, generated ones. */
export async function dumpTexts(file: string | undefined): Promise<Segments[]> {
  if (file === undefined) return [...miniglueText({ documents: 3000, seed: 1 })];
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line): Segments => {
    const [text = '', pair] = line.split('\t', 2);
    return pair === undefined ? [text] : [text, pair];
  });
}
