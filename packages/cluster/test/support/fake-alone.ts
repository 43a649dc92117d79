// A task of Slurm: `fake-alone.ts STORE PLAN PAUSE KEY` trains one job of a plan with a fake training.

import { openStore } from '../../src/store/store.ts';
import { workAlone } from '../../src/worker/alone.ts';
import { fakeTraining } from './fake-child.ts';

const [place = '', plan = '', pause = '', key = ''] = process.argv.slice(2);
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const store = await openStore(place);
const { jobs = [] } = (await store.getPlan(plan)) ?? {};
const end = await workAlone(key, jobs, {
  ...{ store, deviceKind: 'fake', signal: stop.signal },
  train: fakeTraining(Number(pause)),
  onEvent: (event) => console.log(JSON.stringify(event)),
});
console.log(end);
process.exit(end === 'done' ? 0 : end === 'unfinished' ? 130 : 1);
