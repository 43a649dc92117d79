import katex from 'katex';
import type { MarkdownRenderer } from 'vitepress';

/** Renders blocks of `math` as MathML: browsers set it themselves, without styles, fonts or scripts. */
export function math(md: MarkdownRenderer): void {
  const fence = md.renderer.rules.fence;
  md.renderer.rules.fence = (tokens, index, ...rest) => {
    const { info = '', content = '' } = tokens[index] ?? {};
    if (info.trim() !== 'math') return fence?.(tokens, index, ...rest) ?? '';
    // Vue would take braces in the annotation for its own.
    return `<div class="math" v-pre>${katex.renderToString(content, { displayMode: true, output: 'mathml' })}</div>`;
  };
}
