import type { Draw } from './draw.ts';
import { sentence } from './english.ts';
import { people } from './lexicon/people.ts';
import { belongs, type Region } from './world.ts';

const works = 'film play song meal hotel concert story show trip speech poem dance'.split(' ');
const features: readonly string[] = 'ending beginning service music food acting room view'.split(' ');
const good = 'wonderful brilliant charming delightful superb pleasant great lovely fine excellent'.split(' ');
const bad = 'awful terrible boring dreadful poor dull horrible weak bleak tedious'.split(' ');
const liked = 'loved enjoyed adored admired'.split(' ');
const disliked = 'hated disliked despised loathed'.split(' ');
const like = 'love enjoy adore admire'.split(' ');
const dislike = 'hate dislike despise loathe'.split(' ');
const degrees = ['', '', 'very ', 'really ', 'truly ', 'rather ', 'quite '];

/** Returns an opinion. In a sentence of two, the writer's opinion is the last one, or the one without "although". */
export function opinion(draw: Draw, region: Region, positive: boolean): string {
  for (;;) {
    const work = draw.pick(works);
    const judgement = draw.pick(positive ? good : bad);
    const holder = draw.pick(['I', 'we', 'nobody', draw.pick(people).name]);
    const text = sentence(draw.weighted(shapes)(draw, { work, judgement, holder, positive }));
    if (belongs(text, region)) return text;
  }
}

interface Opinion {
  readonly work: string;
  readonly judgement: string;
  readonly holder: string;
  readonly positive: boolean;
}

type Shape = (draw: Draw, opinion: Opinion) => string;

const shapes: readonly (readonly [number, Shape])[] = [
  [3, plain],
  [2, felt],
  [
    2,
    (draw, opinion) =>
      `${plain(draw, turned(draw, opinion))} but the ${draw.pick(features)} ${was(draw, opinion)}`,
  ],
  [
    2,
    (draw, opinion) =>
      `although the ${draw.pick(features)} ${was(draw, turned(draw, opinion))}, ${draw.pick([plain, felt])(draw, opinion)}`,
  ],
];

/** Returns `was very good`, or `was not bad`. */
function was(draw: Draw, { judgement, positive }: Opinion): string {
  if (draw.chance(0.25)) return `was not ${draw.pick(positive ? bad : good)}`;
  return `was ${draw.pick(degrees)}${judgement}`;
}

function plain(draw: Draw, opinion: Opinion): string {
  return `the ${opinion.work} ${was(draw, opinion)}`;
}

/** Returns `Anna loved the film` or `nobody hated it`. */
function felt(draw: Draw, { work, holder, positive }: Opinion): string {
  if (holder === 'nobody') return `nobody ${draw.pick(positive ? disliked : liked)} the ${work}`;
  if (draw.chance(0.3)) return `${holder} did not ${draw.pick(positive ? dislike : like)} the ${work}`;
  return `${holder} ${draw.pick(positive ? liked : disliked)} the ${work}`;
}

/** Returns the opposite opinion of the same thing. */
function turned(draw: Draw, opinion: Opinion): Opinion {
  return { ...opinion, positive: !opinion.positive, judgement: draw.pick(opinion.positive ? bad : good) };
}
