import { type Html, html } from '../html.ts';
import { faint, ink, seriesColor } from './colors.ts';
import { bottomAxis, bottomRoom, drawing, leftAxis, leftRoom, legend, overhang, px } from './drawing.ts';
import { linearScale, logScale } from './scales.ts';

export interface ScatterPoint {
  readonly name: string;
  /** Group of the point, which determines its color. */
  readonly group: string;
  /** Above 0, because its axis is logarithmic. */
  readonly x: number;
  readonly y: number;
}

export interface ScatterOptions {
  readonly points: readonly ScatterPoint[];
  /** Pairs of names of points to connect. */
  readonly pairs: readonly (readonly [string, string])[];
  /** A dashed horizontal line with its name. */
  readonly reference?: { readonly name: string; readonly y: number };
  readonly xTitle: string;
  readonly yTitle: string;
  /** Text alternative of the figure, for screen readers. */
  readonly label: string;
}

/** Draws points with their names over a logarithmic axis, such as scores by cost. */
export function scatter({ points, pairs, reference, label, ...words }: ScatterOptions): Html {
  const groups = [...new Set(points.map(({ group }) => group))];
  const color = (group: string): string => seriesColor(groups.indexOf(group));
  const xs = points.map(({ x }) => x);
  // Room for names on both sides.
  const across = logScale([Math.min(...xs) / 4, Math.max(...xs) * 12], [0, area.width]);
  const ys = [...points.map(({ y }) => y), ...(reference ? [reference.y] : [])];
  const up = linearScale(ys, [area.height - 14, 14], { count: 6 });
  const placed = points.map((point) => ({ ...point, left: px(across.at(point.x)), top: px(up.at(point.y)) }));

  const byName = new Map(placed.map((point) => [point.name, point]));
  const links = pairs.flatMap(([one, other]) => {
    const [from, to] = [byName.get(one), byName.get(other)];
    return from && to ? [`M${from.left},${from.top}L${to.left},${to.top}`] : [];
  });
  const across0 = reference ? px(up.at(reference.y)) : 0;
  const line = reference
    ? html`<path d="M0,${across0}h${area.width}" stroke="${faint}" stroke-dasharray="5,4"/><text x="4" y="${across0 - 7}" fill="${faint}">${reference.name}</text>`
    : '';
  const dots = placed.map(
    (point) =>
      html`<circle cx="${point.left}" cy="${point.top}" r="5" fill="${color(point.group)}"><title>${pointText(point, words)}</title></circle>`,
  );
  const names = placeNames(placed).map(({ side, shift }, i) => {
    const { name, left, top } = placed[i]!;
    return html`<text x="${px(left + 8 * side)}" y="${px(top + shift + 4)}" text-anchor="${side > 0 ? 'start' : 'end'}">${name}</text>`;
  });
  const key = legend(
    groups.map((name) => ({ name, color: color(name) })),
    Math.max(1, groups.length),
    'dot',
  );
  return drawing(
    label,
    area,
    {
      top: key.height,
      right: Math.max(8, overhang(across, area), key.width - area.width),
      bottom: bottomRoom,
      left: leftRoom(up),
    },
    [
      leftAxis({ scale: up, title: words.yTitle }, area),
      bottomAxis({ scale: across, title: words.xTitle }, area),
      html`<path d="${links.join('')}" stroke="${faint}" opacity="0.8"/>`,
      html`<g font-size="11.5">${line}${dots}<g fill="${ink}">${names}</g></g>`,
      key.drawn,
    ],
  );
}

const area = { width: 640, height: 340 };

interface Placed {
  /** Side of its point: left or right. */
  readonly side: -1 | 1;
  /** Pixels below the point's own height. */
  readonly shift: number;
}

interface PlacedPoint {
  readonly name: string;
  readonly left: number;
  readonly top: number;
}

/** Places each name so that it covers no other name and no point, if there is room. */
function placeNames(points: readonly PlacedPoint[]): Placed[] {
  const taken = points.map(({ left, top }) => ({ left: left - 6, right: left + 6, y: top }));
  return points.map(({ name, left, top }) => {
    const length = 10 + 6.4 * name.length;
    const boxOf = ({ side, shift }: Placed): (typeof taken)[number] =>
      side > 0
        ? { left: left + 7, right: left + length, y: top + shift }
        : { left: left - length, right: left - 7, y: top + shift };
    const isFree = (place: Placed): boolean => {
      const box = boxOf(place);
      if (box.left < 0) return false;
      return taken.every(
        (other) => other.right < box.left || other.left > box.right || Math.abs(other.y - box.y) > 12,
      );
    };
    const choice = places.find(isFree) ?? { side: 1, shift: 0 };
    taken.push(boxOf(choice));
    return choice;
  });
}

/** The places in the order in which they are tried. */
const places: readonly Placed[] = [0, -12, 12, -24, 24].flatMap((shift): Placed[] => [
  { side: 1, shift },
  { side: -1, shift },
]);

function pointText(
  { name, x, y }: ScatterPoint,
  { xTitle, yTitle }: Pick<ScatterOptions, 'xTitle' | 'yTitle'>,
): string {
  return `${name}: ${yTitle} ${y.toFixed(2)}, ${xTitle} ${x.toPrecision(3)}`;
}
