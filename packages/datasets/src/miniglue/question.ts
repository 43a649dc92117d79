import type { Draw } from './draw.ts';
import { randomClaim } from './edit.ts';
import { capital, circumstances, nounPhrase, nounWord, text, word } from './english.ts';
import type { Action, Claim } from './fact.ts';
import { judge } from './judge.ts';
import { belongs, type Region, World } from './world.ts';

/** The part of an action that a question asks for. */
export type Asked = 'agent' | 'patient' | 'place' | 'time' | 'count';

/** A question: an action of which one part is asked for, even if the action states that part. */
export interface Question {
  readonly action: Action;
  readonly asked: Asked;
}

/** Returns whether a text answers a question: one of its facts matches the action and states the requested part. */
export function answers(facts: readonly Claim[], question: Question): boolean {
  return facts.some((fact) => fact.kind === 'action' && !fact.negated && tells(fact, question));
}

function tells(fact: Action, { action, asked }: Question): boolean {
  const { patient } = fact;
  // The requested part need not match the fact.
  const claim: Action = {
    ...action,
    ...(asked === 'patient' && { patient }),
    ...(asked === 'agent' && { agent: undefined }),
    ...(asked === 'place' && { place: undefined }),
    ...(asked === 'time' && { time: undefined }),
    ...(asked === 'count' &&
      action.patient.kind === 'thing' && { patient: { ...action.patient, count: undefined } }),
  };
  if (judge([fact], claim) !== 'true') return false;
  if (asked === 'patient') return patient.kind === action.patient.kind;
  if (asked === 'count') return patient.kind === 'thing' && patient.count !== undefined;
  return fact[asked] !== undefined;
}

/** Returns the parts of an action that can be asked for. */
export function askable({ patient }: Action): readonly Asked[] {
  const thing = patient.kind === 'thing' && patient.quality === undefined;
  return thing ? ['agent', 'patient', 'place', 'time', 'count'] : ['agent', 'patient', 'place', 'time'];
}

/** Returns the question in English. */
export function questionText(draw: Draw, { action, asked }: Question): string {
  const { agent, patient, place, time } = action;
  const [base, past, participle] = word(draw, action.verb.words);
  const details = circumstances(draw, [
    asked === 'place' ? undefined : place,
    asked === 'time' ? undefined : time,
  ]);
  const words = (...parts: readonly string[]): string => `${capital([...parts, ...details].join(' '))}?`;
  if (asked === 'agent') {
    const [what, plural] = nounPhrase(draw, patient);
    const was = plural ? 'were' : 'was';
    return draw.pick([
      () => words(`who ${past} ${what}`),
      () => words(`by whom ${was} ${what} ${participle}`),
      () => words(`who was it that ${past} ${what}`),
    ])();
  }
  const by = agent === undefined ? [] : [`by ${agent.name}`];
  const active = agent !== undefined && draw.chance(0.6);
  if (asked === 'patient') {
    const person = patient.kind === 'person';
    if (active) return words(`${person ? 'whom' : 'what'} did ${agent.name} ${base}`);
    return words(`${person ? 'who' : 'what'} was ${participle}`, ...by);
  }
  if (asked === 'count' && patient.kind === 'thing') {
    const names = nounWord(draw, patient.noun, true);
    if (active) return words(`how many ${names} did ${agent.name} ${base}`);
    return words(`how many ${names} were ${participle}`, ...by);
  }
  const opening = word(
    draw,
    asked === 'place'
      ? ['where', 'in which place', 'at what place']
      : ['when', 'on what date', 'at what time'],
  );
  const [what, plural] = nounPhrase(draw, patient);
  if (active) return words(`${opening} did ${agent.name} ${base} ${what}`);
  return words(`${opening} ${plural ? 'were' : 'was'} ${what} ${participle}`, ...by);
}

/** Returns a question and a text that answers it, or one that only mentions the same people and things. */
export function answerable(
  draw: Draw,
  region: Region,
  length: number,
  wanted: boolean,
): readonly [question: string, text: string] {
  for (;;) {
    const world = new World(draw, region);
    const facts = Array.from({ length }, () => world.action());
    for (let attempt = 0; attempt < 20; attempt++) {
      const action = randomClaim(draw, facts, 2);
      if (action.kind !== 'action' || action.negated) continue;
      const question = { action, asked: draw.pick(askable(action)) };
      if (answers(facts, question) === wanted) return [questionText(draw, question), text(draw, facts)];
    }
  }
}

/** Returns two questions that are equivalent or not. */
export function questionPair(draw: Draw, region: Region, same: boolean): readonly [string, string] {
  for (;;) {
    const world = new World(draw, region);
    // Half of the questions are about two people. Then only word order tells agent from patient.
    const people = draw.chance(0.5);
    const facts = [0, 1].map(() => world.action(0.5, ({ patient }) => (patient === 'person') === people));
    const one = { action: facts[0]!, asked: draw.pick(askable(facts[0]!)) };
    // Without its patient a question has no fact of a region, so its own key decides the region.
    if (one.asked === 'patient' && !belongs(asks(one), region)) continue;
    for (let attempt = 0; attempt < 20; attempt++) {
      const other = same ? one : change(draw, one, facts[1]!);
      if (!other || sameQuestion(one, other) !== same) continue;
      const pair = draw.sample([questionText(draw, one), questionText(draw, other)], 2) as [string, string];
      if (pair[0] !== pair[1]) return pair;
    }
  }
}

function change(draw: Draw, { action, asked }: Question, other: Action): Question | undefined {
  const { agent, patient } = action;
  // Exchanging agent and patient gives another question with the same words.
  if (agent && patient.kind === 'person' && draw.chance(0.6)) {
    const roles = { agent: patient, patient: agent };
    const swapped = { agent: 'patient', patient: 'agent' } as const;
    const inverted = asked === 'agent' || asked === 'patient' ? swapped[asked] : asked;
    return { action: inverted === asked ? { ...action, ...roles } : action, asked: inverted };
  }
  const changed = randomClaim(draw, [action], 1);
  if (draw.chance(0.2)) return { action, asked: draw.pick(askable(action)) };
  const claim = draw.chance(0.3) ? rebound(draw, action, other) : changed;
  if (claim.kind !== 'action' || claim.negated) return undefined;
  return askable(claim).includes(asked) ? { action: claim, asked } : undefined;
}

function rebound(draw: Draw, action: Action, other: Action): Action {
  return draw.pick([
    { ...action, place: other.place },
    { ...action, time: other.time },
    { ...action, agent: other.agent },
    { ...action, verb: other.verb },
  ]);
}

/** Returns whether both questions ask for the same part of the same action. */
function sameQuestion(one: Question, other: Question): boolean {
  return one.asked === other.asked && asks(one) === asks(other);
}

/** Returns the parts that a question states, without the part that it asks for. */
function asks({ action, asked }: Question): string {
  const { agent, verb, patient, place, time } = action;
  const thing = patient.kind === 'thing' ? patient : undefined;
  const said = {
    agent: agent?.name,
    patient: patient.kind === 'person' ? patient.name : patient.noun.id,
    place: place?.id,
    time: time?.id,
    count: thing?.count,
  };
  if (asked === 'patient') return JSON.stringify([verb.id, patient.kind, said.agent, said.place, said.time]);
  return JSON.stringify([verb.id, thing?.quality?.id, { ...said, [asked]: undefined }]);
}
