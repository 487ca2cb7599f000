/** A process that runs jobs as they are sent, and answers each. */
import { type Job, runJob } from './job.ts';

process.on('message', (job: Job) => {
  runJob(job)
    .catch((error) => ({
      runs: 0,
      violation: `${job.story}, seed ${job.seed}: ${error instanceof Error ? error.stack : error}`,
    }))
    .then((result) => process.send?.(result));
});
