import temml from 'temml';
import type { MarkdownRenderer } from 'vitepress';

/** Renders blocks of `math` as MathML: browsers set it themselves, without fonts or scripts. */
export function math(md: MarkdownRenderer): void {
  const fence = md.renderer.rules.fence;
  md.renderer.rules.fence = (tokens, index, ...rest) => {
    const { info = '', content = '' } = tokens[index] ?? {};
    if (info.trim() !== 'math') return fence?.(tokens, index, ...rest) ?? '';
    const html = temml.renderToString(content, { displayMode: true, throwOnError: true });
    return `<div class="math" v-pre>${html}</div>`;
  };
}
