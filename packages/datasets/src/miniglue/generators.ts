import type { Example } from '../task.ts';
import { acceptability } from './acceptability.ts';
import type { Draw } from './draw.ts';
import { inference } from './entailment.ts';
import { answerable, questionPair } from './question.ts';
import { opinion } from './sentiment.ts';
import { textPair } from './similarity.ts';
import type { Region } from './world.ts';

export type MiniglueTask = 'cola' | 'sst2' | 'mrpc' | 'qqp' | 'stsb' | 'mnli' | 'qnli' | 'rte';

/** The splits. Each one uses its own region of the world. */
export const splits = ['train', 'validation', 'test'] as const;
export type MiniglueSplit = (typeof splits)[number];

/** Draws one row. All labels are equally frequent. */
type DrawRow = (draw: Draw, region: Region) => Pick<Example, 'segments' | 'label'>;

/** The row generator of each task. */
export const generators: Readonly<Record<MiniglueTask, DrawRow>> = {
  cola(draw, region) {
    const label = draw.below(2);
    return { segments: [acceptability(draw, region, label === 1)], label };
  },
  sst2(draw, region) {
    const label = draw.below(2);
    return { segments: [opinion(draw, region, label === 1)], label };
  },
  mrpc(draw, region) {
    const label = draw.below(2);
    for (;;) {
      const { segments, similarity } = textPair(draw, region, label === 1 ? 0 : 1 + draw.below(3));
      if ((similarity === 1) === (label === 1) && segments[0] !== segments[1]) return { segments, label };
    }
  },
  qqp(draw, region) {
    const label = draw.below(2);
    return { segments: questionPair(draw, region, label === 1), label };
  },
  stsb(draw, region) {
    const { segments, similarity } = textPair(draw, region, draw.pick([0, 1, 2, 3, 4, 6, 8, 'all'] as const));
    return { segments, label: Math.round(similarity * 500) / 100 };
  },
  mnli(draw, region) {
    const { segments, verdict } = inference(draw, region, 2, ['true', 'unknown', 'false']);
    return { segments, label: ['true', 'unknown', 'false'].indexOf(verdict) };
  },
  qnli(draw, region) {
    const label = draw.below(2);
    return { segments: answerable(draw, region, 2, label === 0), label };
  },
  rte(draw, region) {
    const label = draw.below(2);
    const { segments } = inference(draw, region, 3, label === 0 ? ['true'] : ['false', 'unknown']);
    return { segments, label };
  },
};

/** Default number of rows of every split. The sizes vary as in GLUE. */
export const defaultRows: Readonly<Record<MiniglueTask, Readonly<Record<MiniglueSplit, number>>>> = {
  cola: { train: 900, validation: 300, test: 1000 },
  sst2: { train: 8000, validation: 500, test: 1000 },
  mrpc: { train: 800, validation: 300, test: 1000 },
  qqp: { train: 20_000, validation: 500, test: 1000 },
  stsb: { train: 900, validation: 300, test: 1000 },
  mnli: { train: 30_000, validation: 500, test: 1000 },
  qnli: { train: 16_000, validation: 500, test: 1000 },
  rte: { train: 900, validation: 300, test: 1000 },
};
