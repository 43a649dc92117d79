import type { Draw } from './draw.ts';
import { changed } from './edit.ts';
import { text } from './english.ts';
import type { Action } from './fact.ts';
import { type Region, World } from './world.ts';

/** Two texts about two actions each, and their similarity from 0 to 1. */
export interface TextPair {
  readonly segments: readonly [string, string];
  readonly similarity: number;
}

/**
 * Returns two texts. The second one states the first one's actions after `changes` changes, or other actions, in other
 * words and order.
 *
 * @param changes number of changes, or 'all' for unrelated actions
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

/** Exchanges parts of the two actions. The words stay the same. */
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
  // A changed action is still an action.
  return draw.chance(0.5) ? [changed(draw, a, [b]) as Action, b] : [a, changed(draw, b, [a]) as Action];
}

/** Returns the mean fraction of roles that agree over both actions, for the better of the two assignments. */
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
