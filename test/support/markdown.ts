// Code blocks of Markdown files, and what is to be done with them.

export interface CodeBlock {
  /** First word after the fence: `ts`, `sh`, … */
  readonly language: string;
  /** Name of the file it shows, where the second word is one: `ts main.ts`. */
  readonly file: string | undefined;
  /** Why it is not run, after `no-run:`; empty where no reason is given. */
  readonly noRun: string | undefined;
  readonly text: string;
  /** Of its fence, from 1. */
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

/** Commands in comments that readers do not see, `<!-- before: COMMAND -->`: what a page's blocks find done already. */
export const preparations = (markdown: string): string[] =>
  [...markdown.matchAll(/^<!-- before: (.+) -->$/gm)].map(([, command = '']) => command);
