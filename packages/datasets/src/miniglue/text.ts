import { reflexive } from './acceptability.ts';
import { Draw } from './draw.ts';
import { randomClaim } from './edit.ts';
import { sentence, text } from './english.ts';
import { story } from './entailment.ts';
import type { Claim } from './fact.ts';
import { judge } from './judge.ts';
import { answers, askable, questionText } from './question.ts';
import { opinion } from './sentiment.ts';
import { World } from './world.ts';

export interface TextOptions {
  /** Seed of the texts. Default 0. */
  readonly seed?: number;
  /** Number of documents. */
  readonly documents: number;
}

/** One text, or two texts about the same facts. */
export type Document = readonly [string] | readonly [string, string];

/**
 * Generates unlabeled texts for pretraining an encoder: facts and paraphrases, questions with answers, opinions. They
 * use parts of the world that no task of MiniGLUE uses.
 */
export function* miniglueText({ seed = 0, documents }: TextOptions): Generator<Document> {
  for (let row = 0; row < documents; row++) {
    const draw = new Draw(seed, 'text', row);
    yield draw.weighted(kinds)(draw);
  }
}

const region = 'text';

const kinds: readonly (readonly [number, (draw: Draw) => Document])[] = [
  [5, restated],
  [3, retold],
  [2, asked],
  [1, askedTwice],
  [1, judged],
  [1, reflected],
];

const facts = (draw: Draw): Claim[] => story(draw, new World(draw, region), 1 + draw.below(3));

/** Returns a text and a claim that follows from it. */
function restated(draw: Draw): Document {
  const told = facts(draw);
  const claims: Claim[] = [];
  const wanted = 1 + draw.below(2);
  while (claims.length < wanted) {
    const claim = randomClaim(draw, told);
    if (judge(told, claim) === 'true') claims.push(claim);
  }
  return [text(draw, told), text(draw, claims)];
}

/** Returns a text and a paraphrase of it. */
function retold(draw: Draw): Document {
  const told = facts(draw);
  return [text(draw, told), text(draw, draw.sample(told, told.length))];
}

/** Returns a question and a text with the answer. */
function asked(draw: Draw): Document {
  for (;;) {
    const world = new World(draw, region);
    const told = [world.action(), world.action()];
    const action = draw.pick(told);
    const question = { action, asked: draw.pick(askable(action)) };
    if (answers(told, question)) return [questionText(draw, question), text(draw, told)];
  }
}

/** Returns a question in two forms. */
function askedTwice(draw: Draw): Document {
  const action = new World(draw, region).action();
  const question = { action, asked: draw.pick(askable(action)) };
  return [questionText(draw, question), questionText(draw, question)];
}

/** Returns opinions that agree. */
function judged(draw: Draw): Document {
  const positive = draw.chance(0.5);
  return [opinion(draw, region, positive), opinion(draw, region, positive)];
}

function reflected(draw: Draw): Document {
  const world = new World(draw, region);
  return [`${sentence(reflexive(draw, world.person()))} ${text(draw, [world.action(0.3)])}`];
}
