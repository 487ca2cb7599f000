/** Worker processes, one for each core, that share jobs. Owns the processes. */
import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { Job, JobResult } from './job.ts';

/** Schedules a job has at most: beginning one costs little, and a violation ends the others soon. */
const MOST_JOB_RUNS = 200;

export class Pool {
  readonly #workers: readonly ChildProcess[];

  constructor(count = availableParallelism()) {
    const file = new URL('./worker.ts', import.meta.url);
    this.#workers = Array.from({ length: count }, () => {
      return fork(file, { execArgv: ['--disable-warning=ExperimentalWarning'] });
    });
  }

  /** Runs schedules of a story on all cores; stops at the first violation. */
  async run(story: string, runs: number, seed: number): Promise<JobResult> {
    const each = Math.min(MOST_JOB_RUNS, Math.ceil(runs / (2 * this.#workers.length)));
    const jobs = Array.from({ length: Math.ceil(runs / each) }, (_, i): Job => {
      return { story, seed: seed + i, runs: Math.min(each, runs - i * each) };
    });
    let done = 0;
    let violation: string | undefined;
    const work = async (worker: ChildProcess) => {
      for (let job = jobs.shift(); job !== undefined && violation === undefined; job = jobs.shift()) {
        const result = await ask(worker, job);
        done += result.runs;
        violation ??= result.violation;
      }
    };
    await Promise.all(this.#workers.map(work));
    return { runs: done, violation };
  }

  close(): void {
    for (const worker of this.#workers) worker.kill();
  }
}

function ask(worker: ChildProcess, job: Job): Promise<JobResult> {
  return new Promise((resolve) => {
    const gone = () => resolve({ runs: 0, violation: `${job.story}, seed ${job.seed}: the worker is gone` });
    worker.once('exit', gone);
    worker.once('message', (result) => {
      worker.off('exit', gone);
      resolve(result as JobResult);
    });
    worker.send(job);
  });
}
