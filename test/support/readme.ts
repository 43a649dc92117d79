// The testable statements of a package's README.
import { existsSync, readFileSync } from 'node:fs';
import { type CodeBlock, codeBlocks } from './markdown.ts';

export interface Promised {
  /** The first `ts` block, a complete program. */
  readonly program: string;
  /** The `text` block directly after it: the program's output. */
  readonly output: string | undefined;
  /** Packages in the first `npm install` line. */
  readonly install: readonly string[];
}

export function readPromise(folder: string): Promised {
  const file = `${folder}/README.md`;
  if (!existsSync(file)) throw new Error(`${file} is missing: every package has a README with an example`);
  const blocks = codeBlocks(readFileSync(file, 'utf8'));
  const at = blocks.findIndex(({ language }) => language === 'ts');
  const program = blocks[at];
  if (!program)
    throw new Error(`${file} has no \`\`\`ts block: its first one is the package's runnable example`);
  const next = blocks[at + 1];
  return {
    program: program.text,
    output: next?.language === 'text' ? next.text : undefined,
    install: installed(blocks),
  };
}

/** Returns names without version from `npm install a b@1`; none if there is no such line. */
function installed(blocks: readonly CodeBlock[]): string[] {
  for (const { text } of blocks) {
    const line = /^(?:\$ )?npm (?:install|i|add) ([^\n#]+)/m.exec(text);
    if (line?.[1]) {
      const words = line[1].trim().split(/\s+/);
      return words.filter((word) => !word.startsWith('-')).map((word) => word.replace(/(.)@.*$/, '$1'));
    }
  }
  return [];
}
