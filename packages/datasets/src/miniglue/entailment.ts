import type { Draw } from './draw.ts';
import { randomClaim } from './edit.ts';
import { text } from './english.ts';
import type { Claim } from './fact.ts';
import { judge } from './judge.ts';
import { type Region, World } from './world.ts';

/** A text, a claim, and the text's verdict on the claim. */
export interface Inference {
  readonly segments: readonly [premise: string, hypothesis: string];
  readonly verdict: ReturnType<typeof judge>;
}

/** Draws the facts of one text. All tasks use the same kinds of facts. */
export function story(draw: Draw, world: World, length: number): Claim[] {
  const kind = draw.weighted([
    [6, 'action'],
    [1, 'denial'],
    [1, 'comparison'],
    [1, 'quantified'],
  ] as const);
  // Each text has facts of one kind, so that claims about one fact use the words of another.
  return Array.from({ length }, () => {
    if (kind === 'comparison') return world.comparison();
    if (kind === 'quantified') return world.quantified();
    return kind === 'denial' && draw.chance(0.6) ? world.denial() : world.action();
  });
}

/** Draws claims until the text's verdict is the requested one, so that labels are balanced. */
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
