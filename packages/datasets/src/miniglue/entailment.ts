import type { Draw } from './draw.ts';
import { randomClaim } from './edit.ts';
import { text } from './english.ts';
import type { Claim } from './fact.ts';
import { judge } from './judge.ts';
import { type Region, World } from './world.ts';

/** A text and a claim, and what the text says of it. */
export interface Inference {
  readonly segments: readonly [premise: string, hypothesis: string];
  readonly verdict: ReturnType<typeof judge>;
}

/** Facts of one text; the kinds are those of all tasks. */
export function story(draw: Draw, world: World, length: number): Claim[] {
  const kind = draw.weighted([
    [6, 'action'],
    [1, 'denial'],
    [1, 'comparison'],
    [1, 'quantified'],
  ] as const);
  // One kind a text: claims about one fact then use the words of another.
  return Array.from({ length }, () => {
    if (kind === 'comparison') return world.comparison();
    if (kind === 'quantified') return world.quantified();
    return kind === 'denial' && draw.chance(0.6) ? world.denial() : world.action();
  });
}

/** Draws claims until the text's verdict is the one that is asked for, so that no label is more frequent by chance. */
export function inference(
  draw: Draw,
  region: Region,
  length: number,
  wanted: readonly Inference['verdict'][],
): Inference {
  const verdict = draw.pick(wanted);
  for (;;) {
    const facts = story(draw, new World(draw, region), length);
    for (let attempt = 0; attempt < 20; attempt++) {
      const claim = randomClaim(draw, facts);
      if (judge(facts, claim) === verdict)
        return { segments: [text(draw, facts), text(draw, [claim])], verdict };
    }
  }
}
