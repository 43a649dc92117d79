import type { Draw } from './draw.ts';
import { changed } from './edit.ts';
import { text } from './english.ts';
import type { Action } from './fact.ts';
import { type Region, World } from './world.ts';

/** Two texts about two actions each, and how much they say the same: 0 to 1. */
export interface TextPair {
  readonly segments: readonly [string, string];
  readonly similarity: number;
}

/**
 * Two texts. The second one is the first after `changes` changes, or another one about the same world, told in other
 * words and order.
 *
 * @param changes how many, or 'all': nothing stays
 */
export function textPair(draw: Draw, region: Region, changes: number | 'all'): TextPair {
  const world = new World(draw, region);
  const people = draw.chance(0.5);
  const facts = [0, 1].map(() =>
    world.action(0.55, ({ patient }) => (patient === 'person') === people),
  ) as Two;
  let other = facts;
  if (changes === 'all') other = [world.action(), world.action()];
  else
    for (let i = 0; i < changes; i++)
      other = draw.chance(0.5) ? rebound(draw, other) : changedOne(draw, other);
  return {
    segments: [text(draw, facts), text(draw, draw.sample(other, 2))],
    similarity: similarity(facts, other),
  };
}

type Two = [Action, Action];

/** The two actions exchange something: the same words, bound otherwise. */
function rebound(draw: Draw, [a, b]: Two): Two {
  const exchanged = (key: 'agent' | 'verb' | 'patient' | 'place' | 'time'): Two => [
    { ...a, [key]: b[key] },
    { ...b, [key]: a[key] },
  ];
  const options: Two[] = [exchanged('agent'), exchanged('verb'), exchanged('patient')];
  if (a.place !== b.place) options.push(exchanged('place'));
  if (a.time !== b.time) options.push(exchanged('time'));
  if (a.patient.kind === 'person') options.push([reversed(a), b], [a, reversed(b)]);
  return draw.pick(options);
}

function reversed(action: Action): Action {
  const { agent, patient } = action;
  return agent && patient.kind === 'person' ? { ...action, agent: patient, patient: agent } : action;
}

function changedOne(draw: Draw, [a, b]: Two): Two {
  // An action stays an action.
  return draw.chance(0.5) ? [changed(draw, a, [b]) as Action, b] : [a, changed(draw, b, [a]) as Action];
}

/** The mean over both actions of the part of their roles that agree, in the better of the two assignments. */
function similarity([a, b]: readonly [Action, Action], [c, d]: readonly [Action, Action]): number {
  return Math.max(agreement(a, c) + agreement(b, d), agreement(a, d) + agreement(b, c)) / 2;
}

function agreement(one: Action, other: Action): number {
  if (one.negated !== other.negated) return 0;
  const [a, b] = [roles(one), roles(other)];
  let agreed = 0;
  let told = 0;
  for (const [key, value] of Object.entries(a)) {
    if (value === undefined && b[key] === undefined) continue;
    told++;
    if (value === b[key]) agreed++;
  }
  return agreed / told;
}

function roles({ agent, verb, patient, place, time }: Action): Record<string, string | number | undefined> {
  return {
    agent: agent?.name,
    verb: verb.id,
    patient: patient.kind === 'person' ? patient.name : patient.noun.id,
    quality: patient.kind === 'person' ? undefined : patient.quality?.id,
    count: patient.kind === 'person' ? undefined : patient.count,
    place: place?.id,
    time: time?.id,
  };
}
