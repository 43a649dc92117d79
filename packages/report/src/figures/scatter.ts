import type { TopLevelSpec } from 'vega-lite';
import type { Html } from '../html.ts';
import { faint, ink, seriesColor } from './colors.ts';
import { renderSvg } from './render.ts';

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
export function scatter({ points, pairs, reference, ...words }: ScatterOptions): Promise<Html> {
  const groups = [...new Set(points.map(({ group }) => group))];
  const range = groups.map((_, i) => seriesColor(i));
  const byName = new Map(points.map((point) => [point.name, point]));
  const links = pairs.flatMap(([from, to], pair) => {
    const ends = [byName.get(from), byName.get(to)];
    return ends.every((end) => end !== undefined) ? ends.map(({ x, y }) => ({ x, y, pair })) : [];
  });
  const xs = points.map(({ x }) => x);
  // Room for names on both sides.
  const domain = [Math.min(...xs) / 4, Math.max(...xs) * 12] as [number, number];
  const x = {
    field: 'x',
    type: 'quantitative',
    title: words.xTitle,
    scale: { type: 'log', domain, nice: false },
    axis: { grid: false, format: '~g', tickCount: 8, labelOverlap: true },
  } as const;
  const y = {
    field: 'y',
    type: 'quantitative',
    title: words.yTitle,
    scale: { zero: false, padding: 14 },
    axis: { tickCount: 6 },
  } as const;
  // Without a reference nothing is drawn.
  const line = reference ? [{ ...reference, x: domain[0] }] : [];
  const placed = placeNames(points, domain as [number, number]);
  const named = points.map((point, i) => ({ ...point, ...placed[i], text: pointText(point, words) }));
  const spec: TopLevelSpec = {
    width,
    height,
    layer: [
      {
        data: { values: links },
        mark: { type: 'line', stroke: faint, strokeWidth: 1, opacity: 0.8, aria: false },
        encoding: { x, y, detail: { field: 'pair' } },
      },
      {
        data: { values: line },
        mark: { type: 'rule', stroke: faint, strokeDash: dashes, aria: false },
        encoding: { y },
      },
      {
        data: { values: line },
        mark: { ...nameMark, dx: 4, dy: -7, fill: faint },
        encoding: { x, y, text: { field: 'name' } },
      },
      {
        data: { values: named },
        mark: { type: 'circle', size: 80, opacity: 1 },
        encoding: {
          ...{ x, y },
          color: {
            ...{ field: 'group', type: 'nominal', scale: { domain: groups, range } },
            legend: { orient: 'top', symbolType: 'circle', symbolSize: 80, symbolStrokeWidth: 0 },
          },
          description: { field: 'text', type: 'nominal' },
        },
      },
      ...places.map(({ side, shift }) => ({
        data: { values: named.filter((point) => point.side === side && point.shift === shift) },
        mark: { ...nameMark, align: anchors[side], dx: 8 * side, dy: shift, fill: ink },
        encoding: { x, y, text: { field: 'name' } } as const,
      })),
    ],
  };
  return renderSvg(spec, words.label);
}

const width = 640;
const height = 340;

interface Placed {
  /** Side of its point: left or right. */
  readonly side: -1 | 1;
  /** Pixels below the point's own height. */
  readonly shift: number;
}

/** Places each name so that it covers no other name and no point, if there is room. */
function placeNames(points: readonly ScatterPoint[], [least, most]: readonly [number, number]): Placed[] {
  const ys = points.map(({ y }) => y);
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const at = points.map(({ x, y }) => ({
    x: (width * Math.log(x / least)) / Math.log(most / least),
    y: 14 + ((high - y) / (high - low || 1)) * (height - 28),
  }));
  const taken = at.map(({ x, y }) => ({ left: x - 6, right: x + 6, y }));
  const placed: Placed[] = [];
  for (const [i, { x, y }] of at.entries()) {
    const length = 10 + 6.4 * (points[i]?.name.length ?? 0);
    const boxOf = ({ side, shift }: Placed): (typeof taken)[number] =>
      side > 0
        ? { left: x + 7, right: x + length, y: y + shift }
        : { left: x - length, right: x - 7, y: y + shift };
    const isFree = (place: Placed): boolean => {
      const box = boxOf(place);
      if (box.left < 0) return false;
      return taken.every(
        (other) => other.right < box.left || other.left > box.right || Math.abs(other.y - box.y) > 12,
      );
    };
    const choice = places.find(isFree) ?? { side: 1, shift: 0 };
    placed.push(choice);
    taken.push(boxOf(choice));
  }
  return placed;
}

const anchors = { [-1]: 'right', 1: 'left' } as const;

/** The places in the order in which they are tried. */
const places: readonly Placed[] = [0, -12, 12, -24, 24].flatMap((shift): Placed[] => [
  { side: 1, shift },
  { side: -1, shift },
]);

const nameMark = { type: 'text', align: 'left', fontSize: 11.5, aria: false } as const;
const dashes: number[] = [5, 4];

function pointText(
  { name, x, y }: ScatterPoint,
  { xTitle, yTitle }: Pick<ScatterOptions, 'xTitle' | 'yTitle'>,
): string {
  return `${name}: ${yTitle} ${y.toFixed(2)}, ${xTitle} ${x.toPrecision(3)}`;
}
