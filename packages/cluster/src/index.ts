export * from './errors.ts';
export { checkJobs, descendantsOf, type Job, jobSchema } from './job.ts';
export type { Patience } from './patience.ts';
export type { Submission } from './queue/insert.ts';
export { priorities } from './queue/priority.ts';
export { Queue, type QueueOptions, type TakenJob, type Version } from './queue/queue.ts';
export type { JobState, QueuedJob } from './queue/rows.ts';
