import { type Html, html } from '../html.ts';
import { ink, paper, seriesColor } from './colors.ts';
import { drawing, px, shortened } from './drawing.ts';

/** A part of a whole, such as the time of some kernels, with its own parts. */
export interface FlameNode {
  /** Name of the part. */
  readonly name: string;
  /** Its size. It should be at least the sum of its parts. */
  readonly value: number;
  /** More about it, which appears below the pointer; nothing by default. */
  readonly details?: string;
  /** Number of its color, that of its parts too unless they have their own; by default that of the whole. */
  readonly color?: number;
  /** Its parts, from left to right; none by default. */
  readonly parts?: readonly FlameNode[];
}

export interface FlameChartOptions {
  /** The whole. */
  readonly root: FlameNode;
  /** Formats a value. */
  readonly format: (value: number) => string;
  /** Text alternative of the figure, for screen readers. */
  readonly label: string;
}

const width = 920;
const rowHeight = 24;
/** Pixels below which a part is drawn without a name. */
const leastNamed = 34;

/** Draws a whole above its parts, these above theirs, each as wide as it is large. */
export function flameChart({ root, format, label }: FlameChartOptions): Html {
  const bars: Html[] = [];
  let depth = 0;
  const draw = (node: FlameNode, left: number, level: number, inherited: number): void => {
    const color = node.color ?? inherited;
    const size = (node.value / root.value) * width;
    depth = Math.max(depth, level + 1);
    bars.push(bar(node, left, level, size, color, format, root.value));
    let at = left;
    for (const part of node.parts ?? []) {
      draw(part, at, level + 1, color);
      at += (part.value / root.value) * width;
    }
  };
  if (root.value > 0) draw(root, 0, 0, 7);
  const area = { width, height: rowHeight * depth };
  return drawing(label, area, { top: 0, right: 0, bottom: 0, left: 0 }, bars);
}

function bar(
  { name, value, details }: FlameNode,
  left: number,
  level: number,
  size: number,
  color: number,
  format: FlameChartOptions['format'],
  whole: number,
): Html {
  const said = `${name}: ${format(value)}, ${((100 * value) / whole).toFixed(1)} %${details ? `; ${details}` : ''}`;
  const [x, y] = [px(left), level * rowHeight];
  const text =
    size < leastNamed
      ? ''
      : html`<text x="${px(left + 5)}" y="${y + 16}" fill="${ink}" pointer-events="none">${shortened(name, size - 10)}</text>`;
  return html`<rect x="${x}" y="${y}" width="${px(size)}" height="${rowHeight}" fill="${seriesColor(color)}" fill-opacity="0.35" stroke="${paper}"><title>${said}</title></rect>${text}`;
}
