/** A number of random schedules of one story, one after the other: what a worker is asked for and what it answers. */
import fc from 'fast-check';
import { schedulesOf } from './faults.ts';
import { benchOf, closeBench, violationOf } from './schedule.ts';
import { stories } from './stories.ts';

export interface Job {
  readonly story: string;
  readonly seed: number;
  readonly runs: number;
}

export interface JobResult {
  readonly runs: number;
  /** What was violated, after shrinking, and how to see it again; undefined where nothing was. */
  readonly violation: string | undefined;
}

/** The shrinking of a violation ends after so long, ms: a story that is short enough is better than none. */
const SHRINK_MS = 20_000;

export async function runJob({ story: name, seed, runs }: Job): Promise<JobResult> {
  const bench = await benchOf(stories.find((story) => story.name === name)!);
  let shrinkUntil: number | undefined;
  const property = fc.asyncProperty(schedulesOf(bench.story), async (faults) => {
    if (shrinkUntil !== undefined && performance.now() > shrinkUntil) return;
    const violation = await violationOf(bench, faults);
    if (violation === undefined) return;
    shrinkUntil ??= performance.now() + SHRINK_MS;
    // Its text is the report.
    throw new RangeError(violation);
  });
  try {
    const { failed, numRuns, errorInstance, counterexamplePath } = await fc.check(property, { seed, numRuns: runs });
    if (!failed) return { runs, violation: undefined };
    const text = errorInstance instanceof Error ? errorInstance.message || errorInstance.stack : String(errorInstance);
    return { runs: numRuns, violation: `${name}, seed ${seed}, path ${counterexamplePath}\n${text}` };
  } finally {
    closeBench(bench);
  }
}
