// Code blocks of Markdown files, and how to treat them.

export interface CodeBlock {
  /** First word after the fence: `ts`, `sh`, …. */
  readonly language: string;
  /** Name of the file that it shows, if the second word is one: `ts main.ts`. */
  readonly file: string | undefined;
  /** Why it is not run, after `no-run:`; empty if no reason is given. */
  readonly noRun: string | undefined;
  readonly text: string;
  /** Line of its fence, from 1. */
  readonly line: number;
}

export const codeBlocks = (markdown: string): CodeBlock[] =>
  [...markdown.matchAll(/^```(\w*)([^\n]*)\n([\s\S]*?)^```[ \t]*$/gm)].map(
    ([, language = '', info = '', text = ''], i, all) => ({
      language,
      file: /^ +([\w./-]+\.\w+)(?= |$)/.exec(info)?.[1],
      noRun: / no-run\b:? *(.*)$/.exec(info)?.[1],
      text,
      line: markdown.slice(0, all[i]!.index).split('\n').length,
    }),
  );

/** Returns the commands in hidden comments, `<!-- before: COMMAND -->`. They are run before a page's blocks. */
export const preparations = (markdown: string): string[] =>
  [...markdown.matchAll(/^<!-- before: (.+) -->$/gm)].map(([, command = '']) => command);
