// Submits the grid from a process of its own, and says how long it took and how much memory: `submitter.ts URL STORE`.
import { Queue } from '../../src/queue/queue.ts';
import { openStore } from '../../src/store/store.ts';
import { submitPlan } from '../../src/submit.ts';
import { gridPlan } from './plan.ts';

const [url = '', location = ''] = process.argv.slice(2);
const store = await openStore(location);
const queue = await Queue.open(url, { numerics: '1', heartbeatSeconds: 3 });
const jobs = gridPlan();
const began = performance.now();
const { added } = await submitPlan(store, queue, jobs);
const seconds = (performance.now() - began) / 1000;
await queue.close();
const edges = jobs.reduce((sum, { parents }) => sum + parents.length, 0);
const megabytes = process.resourceUsage().maxRSS / 1000;
console.log(JSON.stringify({ jobs: added.length, edges, seconds, megabytes }));
process.exit(0);
