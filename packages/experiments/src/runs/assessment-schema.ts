import { findingKinds } from '@scalearn/evaluation';
import * as v from 'valibot';
import type { ScoreAssessment } from '../events/events.ts';
import { maybeMissing, number, numberOrNull, text, whole } from '../schemas.ts';

const interval = v.tuple([number, number], 'a list of two numbers');
/** Schema of what `run.json` keeps of an assessment. */
export const assessment: v.GenericSchema<unknown, ScoreAssessment> = v.looseObject(
  {
    ...{ metric: text, score: numberOrNull, interval: v.exactOptional(interval), rows: whole(1) },
    baselines: v.array(
      v.looseObject(
        {
          kind: v.picklist(['majority', 'bagOfWords'], 'majority or bagOfWords'),
          ...{ score: numberOrNull, difference: numberOrNull, interval: v.exactOptional(interval) },
        },
        'an object',
      ),
      'a list of objects',
    ),
    classes: v.array(
      v.looseObject(
        {
          label: text,
          precision: number,
          recall: number,
          f1: number,
          support: whole(0),
          predicted: whole(0),
        },
        'an object',
      ),
      'a list of objects',
    ),
    confusion: v.exactOptional(v.array(v.array(whole(0), 'a list of counts'), 'a list of lists')),
    confusions: v.array(
      v.looseObject({ label: text, predicted: text, rows: whole(1) }, 'an object'),
      'a list of objects',
    ),
    findings: v.array(
      v.looseObject(
        { kind: v.picklist(findingKinds, `one of ${findingKinds.join(', ')}`), text, advice: text },
        'an object',
      ),
      'a list of objects',
    ),
  },
  `an object${maybeMissing}`,
);
