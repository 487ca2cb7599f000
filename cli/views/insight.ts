/** What a rollout waits for, how long it takes, and where its service runs: for people, and as machine output. */
import {
  type Expected,
  type FallbackState,
  type PlanReport,
  type RolloutRecord,
  timeLeft,
  type Waiting,
  waitWords,
} from '../../engine/index.ts';
import { dayAndTime, duration, iso, timeOfDay } from '../terminal/time.ts';

/** Times as far away as this have their day with them, ms. */
const FAR_MS = 18 * 3_600_000;

/** A time here; with its day where it is not near. */
export const timeNear = (at: number, now: number): string =>
  Math.abs(at - now) < FAR_MS ? timeOfDay(at) : dayAndTime(at);

/** `2 of 3 targets healthy; next check in 4 s; gives up at 12:31:05` */
export const waitingText = (waiting: Waiting, now: number, ahead?: number): string =>
  waitWords(waiting, now, (at) => timeNear(at, now), ahead).join('; ');

/** How a person has it go on, as a command. */
export function commandText({ id, waiting, paused }: RolloutRecord): string | undefined {
  if ((paused ?? null) !== null || waiting?.command === 'continue') return `gitmoxi resume-rollout ${id}`;
  return waiting?.for === 'person' ? `gitmoxi promote ${id}` : undefined;
}

/** `2m 10s of about 5m`; only the time that is over where nothing more is known. */
export function elapsedText(record: RolloutRecord, now: number): string {
  const elapsed = duration((record.endedAt ?? now) - record.startedAt);
  const left = timeLeft(record, now);
  const expected = record.expected ?? null;
  if (left === undefined || expected === null) return elapsed;
  if (left.leftMs !== null) return `${elapsed} of ${aboutText(expected)}`;
  return expected.rollouts === 0 ? elapsed : `${elapsed}, usually ${duration(expected.ms)}`;
}

/** `about 5m 00s`, `at least 10m 00s` */
const aboutText = ({ ms, rollouts }: Expected): string => `${rollouts === 0 ? 'at least' : 'about'} ${duration(ms)}`;

type Planned = NonNullable<PlanReport['workloads'][number]['expected']>;

/** `about 5m 00s, as the last 3 rollouts took` */
export function expectedText(expected: Planned): string {
  const { rollouts } = expected;
  const why =
    rollouts === 0
      ? 'its bakes'
      : rollouts === 1
        ? 'as the last rollout took'
        : `as the last ${rollouts} rollouts took`;
  return `${aboutText(expected)}, ${why}`;
}

export const expectedJson = (expected: Planned | null | undefined): object | null =>
  expected == null ? null : { seconds: Math.round(expected.ms / 1000), rollouts: expected.rollouts };

export const waitingJson = (waiting: Waiting | null | undefined): object | null =>
  waiting == null
    ? null
    : {
        for: waiting.for,
        text: waiting.text,
        since: iso(waiting.since),
        until: waiting.limit === null ? null : iso(waiting.limit.at),
        end: waiting.limit?.ends ?? null,
        command: waiting.command,
        nextCheckAt: iso(waiting.nextLookAt),
        checksEverySeconds: waiting.lookEveryMs / 1000,
      };

/** `on FARGATE since 12:00:10; back to FARGATE_SPOT: attempt 2 of 5 at 12:31:05` */
export function fallbackText({ on, own, since, due }: FallbackState, now: number, workload: string): string {
  const where = `on ${on === '' ? 'other capacity' : on} since ${timeNear(since, now)}`;
  if (due === null) return where;
  const { attempt, attempts, dueAt } = due;
  const byHand = `\`gitmoxi return ${workload}\``;
  if (dueAt === null) {
    const why = attempts === null ? 'not by itself' : `not by itself any more, ${attempts} attempts found no room`;
    return `${where}; back to ${own}: ${why}: ${byHand}`;
  }
  const when =
    dueAt <= now ? `due: ${byHand}, or keep \`gitmoxi return --watch\` running` : `at ${timeNear(dueAt, now)}`;
  return `${where}; back to ${own}: attempt ${attempt} of ${attempts} ${when}`;
}

export const fallbackJson = (fallback: FallbackState | undefined): object | null =>
  fallback === undefined
    ? null
    : {
        on: fallback.on,
        own: fallback.own,
        since: iso(fallback.since),
        attempt: fallback.due?.attempt ?? null,
        attempts: fallback.due?.attempts ?? null,
        nextAttemptAt: fallback.due?.dueAt == null ? null : iso(fallback.due.dueAt),
      };
