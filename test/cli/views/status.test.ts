import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { styleFor } from '../../../cli/terminal/style.ts';
import { timeOfDay } from '../../../cli/terminal/time.ts';
import { rolloutLines } from '../../../cli/views/liveRollouts.ts';
import { statusJson, statusLines } from '../../../cli/views/rollouts.ts';
import type { RolloutRecord, StatusEntry, Waiting } from '../../../engine/index.ts';

const NOW = Date.UTC(2026, 2, 1, 12, 0, 0);
const clock = (secondsFromNow: number): string => timeOfDay(NOW + secondsFromNow * 1000);

const TARGET = { kind: 'ecs', account: '123456789012', region: 'eu-west-1', cluster: 'prod', service: 'web' } as const;

function record(patch: Partial<RolloutRecord> = {}): RolloutRecord {
  return {
    version: 1,
    id: 'ro-abc-12345678',
    workload: 'dev/web/web',
    kind: 'ecs',
    repository: { identity: 'shop', root: '/shop' },
    revision: { commit: 'c0ffee'.padEnd(40, '0'), subject: 'faster' },
    target: TARGET,
    strategy: 'ecs-blue-green',
    trigger: 'manual',
    force: false,
    hold: null,
    replaced: null,
    digest: 'd',
    phase: 'stabilizing',
    message: '3 of 3 new tasks running, 2 targets healthy',
    progress: { ready: 3, desired: 3 },
    waiting: null,
    expected: { ms: 300_000, rollouts: 3 },
    state: {},
    pending: null,
    outcome: null,
    attempts: 0,
    failure: null,
    paused: null,
    answered: 0,
    serving: null,
    startedAt: NOW - 130_000,
    updatedAt: NOW - 10_000,
    endedAt: null,
    ...patch,
  };
}

const targets: Waiting = {
  for: 'targets',
  text: '2 of 3 targets healthy',
  since: NOW - 100_000,
  limit: { at: NOW + 500_000, ends: 'gives up' },
  command: null,
  lookEveryMs: 10_000,
  nextLookAt: NOW + 4_000,
};

const OWNER = { id: 'p', host: 'laptop', pid: 4321 };

const entry = (rollout: RolloutRecord, more: Partial<StatusEntry> = {}): StatusEntry => ({
  workload: rollout.workload,
  kind: rollout.kind,
  target: rollout.target,
  rollout,
  owner: rollout.endedAt === null ? OWNER : undefined,
  ...more,
});

/** A terminal of so many columns; `undefined` is a file or a pipe. */
function style(columns: number | undefined) {
  const sink = Object.assign(new Writable(), columns === undefined ? {} : { isTTY: true, columns });
  return styleFor(sink, columns === undefined ? {} : { NO_COLOR: '1', WT_SESSION: '1' });
}

const lines = (entries: readonly StatusEntry[], columns: number | undefined = 120): string[] =>
  statusLines(entries, NOW, style(columns));

const ended = { phase: 'succeeded', message: '3 of 3 tasks run web:7', endedAt: NOW - 60_000 } as const;

/** One of each: what people see when much goes on. */
const MANY: readonly StatusEntry[] = [
  entry(record({ waiting: targets })),
  entry(record({ workload: 'dev/api/a-service-with-quite-a-long-name', waiting: targets, expected: null })),
  entry(record({ workload: 'dev/job/job', phase: 'shifting' }), { owner: undefined }),
  entry(record({ workload: 'prod/web/web', ...ended }), { drift: 'web:3 serves instead of web:7' }),
  entry(
    record({
      workload: 'prod/api/api',
      ...ended,
      phase: 'rolled back',
      message: 'the circuit breaker trips at 2; web:6 serves again',
    }),
  ),
  entry(record({ workload: 'prod/old/old', ...ended }), {
    held: { reason: 'by ada@laptop: freeze', commit: null, since: NOW },
    fallback: { since: NOW - 600_000, on: 'FARGATE', own: 'FARGATE_SPOT', due: null },
  }),
];

describe('the status of rollouts', () => {
  it('says how far a wait is, when it is looked at next, and when it ends, in the time of the reader', () => {
    assert.deepEqual(lines([entry(record({ waiting: targets }))]), [
      '•  dev/web/web  stabilizing  3/3 tasks  c0ffee0  prod/web (123456789012, eu-west-1)  2m 10s of about 5m 00s',
      `    2 of 3 targets healthy; next check in 4 s; gives up at ${clock(500)}`,
      '    ro-abc-12345678, run by process 4321 on laptop',
    ]);
  });

  it('does not name a time for a look that is over: looks that change nothing are not written', () => {
    const [, what] = lines([entry(record({ waiting: { ...targets, nextLookAt: NOW - 1 } }))]);
    assert.equal(what, `    2 of 3 targets healthy; next check within 10 s; gives up at ${clock(500)}`);
  });

  it('says when nobody runs an unfinished rollout, and what to do', () => {
    const [, first, second, ...more] = lines([entry(record({ waiting: targets }), { owner: undefined })]);
    assert.equal(first, '    nobody is running this: `gitmoxi resume`');
    assert.equal(second, '    it was at: 3 of 3 new tasks running, 2 targets healthy');
    assert.deepEqual(more, []);
  });

  it('says who paused a rollout, and how it goes on', () => {
    const message = 'paused by ada@laptop; next: giving version 2 100 % of the traffic';
    const paused = { by: 'ada@laptop', since: NOW - 60_000 };
    const held: Waiting = { ...targets, for: 'person', text: message, limit: null, command: 'continue' };
    assert.deepEqual(lines([entry(record({ paused, message, waiting: held }))]).slice(1, 4), [
      `    paused by ada@laptop since ${clock(-60)}`,
      `    ${message}`,
      '    go on with `gitmoxi resume-rollout ro-abc-12345678`',
    ]);
    const baking: Waiting = { ...targets, for: 'bake', text: 'baking at 20 %', command: 'promote' };
    assert.match(lines([entry(record({ paused, waiting: baking }))])[2]!, /^ {4}baking at 20 %; next check/);
  });

  it('says how a pause of ECS is answered, and what comes of it unanswered', () => {
    const limit = { at: NOW + 300_000, ends: 'rolls back' } as const;
    const hook: Waiting = {
      ...targets,
      for: 'person',
      text: 'paused at POST_SCALE_UP (hook h)',
      command: 'promote',
      limit,
    };
    const [, what, how] = lines([entry(record({ waiting: hook }))]);
    assert.equal(what, `    paused at POST_SCALE_UP (hook h); next check in 4 s; rolls back at ${clock(300)}`);
    assert.equal(how, '    go on with `gitmoxi promote ro-abc-12345678`');
  });

  it('says the place of a rollout that waits for its turn', () => {
    const turn: Waiting = { ...targets, for: 'turn', text: 'waiting for its turn in eu-west-1', limit: null };
    const said = (ahead: number) => lines([entry(record({ phase: 'queued', waiting: turn }), { ahead })])[1];
    assert.equal(said(12), '    waiting for its turn in eu-west-1; 12 others come first');
    assert.equal(said(1), '    waiting for its turn in eu-west-1; 1 other comes first');
    assert.equal(said(0), '    waiting for its turn in eu-west-1; it is the next');
  });

  it('says where a service runs that is not on its own capacity, and when it comes back', () => {
    const fallback = { since: NOW - 600_000, on: 'FARGATE', own: 'FARGATE_SPOT' };
    const facts = { since: fallback.since, own: fallback.own };
    const said = (due: NonNullable<StatusEntry['fallback']>['due']) =>
      lines([entry(record(ended), { fallback: { ...fallback, due } })])[1];
    const where = `    on FARGATE since ${clock(-600)}`;
    assert.equal(
      said({ ...facts, attempt: 2, attempts: 5, dueAt: NOW + 60_000 }),
      `${where}; back to FARGATE_SPOT: attempt 2 of 5 at ${clock(60)}`,
    );
    assert.match(
      said({ ...facts, attempt: 1, attempts: 5, dueAt: NOW - 1 })!,
      /attempt 1 of 5 due: `gitmoxi return dev/,
    );
    assert.match(said({ ...facts, attempt: 6, attempts: 5, dueAt: null })!, /not by itself any more, 5 attempts found/);
    assert.match(said({ ...facts, attempt: 1, attempts: null, dueAt: null })!, /: not by itself: `gitmoxi return dev/);
    assert.equal(said(null), where);
  });

  it('says what is held, by whom, and how it is let go', () => {
    const held = { reason: 'by ada@laptop: freeze', commit: null, since: NOW };
    assert.equal(
      lines([entry(record(ended), { held })])[1],
      '    held by ada@laptop: freeze; let it go with `gitmoxi release dev/web/web`',
    );
    const commit = 'badc0de'.padEnd(40, '0');
    assert.match(
      lines([entry(record(ended), { held: { ...held, commit } })])[1]!,
      /^ {4}held: commit badc0de, by ada@laptop: freeze;/,
    );
  });

  it('says when a rollout takes longer than usual, and when only its bakes are known', () => {
    const time = (patch: Partial<RolloutRecord>) =>
      lines([entry(record(patch))], 200)[0]!
        .split('  ')
        .at(-1);
    assert.equal(time({ startedAt: NOW - 400_000 }), '6m 40s, usually 5m 00s');
    assert.equal(time({ expected: { ms: 600_000, rollouts: 0 } }), '2m 10s of at least 10m 00s');
    assert.equal(time({ expected: null }), '2m 10s');
    assert.equal(time({ phase: 'rolling back' }), '2m 10s');
  });

  for (const columns of [60, 80, 120]) {
    it(`fits into ${columns} columns, with everything that is to be typed in one piece`, () => {
      const shown = lines(MANY, columns);
      for (const line of shown) assert.ok(line.length <= columns || !line.includes(' ', 5), `${line.length}: ${line}`);
      for (const said of ['nobody is running this: `gitmoxi resume`', '`gitmoxi release prod/old/old`', 'drift: web:3'])
        assert.ok(shown.join('\n').includes(said), `${said}\n${shown.join('\n')}`);
      const live = rolloutLines(
        MANY.map(({ rollout }) => rollout),
        NOW,
        0,
        style(columns),
      );
      for (const line of live) assert.ok(line.length <= columns, `${line.length}: ${line}`);
    });
  }

  it('has its columns one below the other', () => {
    const heads = lines(MANY, 120).filter((line) => !line.startsWith(' '));
    assert.equal(heads.length, MANY.length);
    assert.equal(new Set(heads.map((line) => line.search(/stabilizing|shifting|succeeded|rolled back/))).size, 1);
  });

  it('is cut nowhere and has no colour on its way to a file', () => {
    const text = lines(MANY, undefined).join('\n');
    assert.ok(text.includes('dev/api/a-service-with-quite-a-long-name'));
    assert.ok(!text.includes('\u001b'));
  });

  it('lets no text from outside move the cursor or begin a line', () => {
    const evil: Waiting = { ...targets, text: 'tasks\u001b[2J\n✔ all is well' };
    const shown = lines([entry(record({ waiting: evil }))]);
    assert.ok(!shown.some((line) => line.includes('\u001b') || line.startsWith('✔')), shown.join('\n'));
  });

  it('is whole in its machine output, with times as ISO 8601', () => {
    const paused = { by: 'ada@laptop', since: NOW };
    const due = { since: NOW, own: 'FARGATE_SPOT', attempt: 1, attempts: 5, dueAt: NOW + 1000 };
    const shown = statusJson(
      entry(record({ waiting: targets, paused }), {
        held: { reason: 'freeze', commit: null, since: NOW },
        fallback: { since: NOW, on: 'FARGATE', own: 'FARGATE_SPOT', due },
        ahead: 0,
      }),
    ) as Record<string, unknown>;
    const at = '2026-03-01T12:00:00.000Z';
    assert.deepEqual(shown['waiting'], {
      for: 'targets',
      text: '2 of 3 targets healthy',
      since: '2026-03-01T11:58:20.000Z',
      until: '2026-03-01T12:08:20.000Z',
      end: 'gives up',
      command: null,
      nextCheckAt: '2026-03-01T12:00:04.000Z',
      checksEverySeconds: 10,
    });
    assert.deepEqual(shown['expected'], { seconds: 300, rollouts: 3 });
    assert.deepEqual(shown['paused'], { by: 'ada@laptop', since: at });
    assert.deepEqual(shown['held'], { reason: 'freeze', commit: null, since: at });
    assert.deepEqual(shown['owner'], { host: 'laptop', pid: 4321 });
    assert.deepEqual(shown['fallback'], {
      on: 'FARGATE',
      own: 'FARGATE_SPOT',
      since: at,
      attempt: 1,
      attempts: 5,
      nextAttemptAt: '2026-03-01T12:00:01.000Z',
    });
  });

  it('is told of a record that an older version wrote', () => {
    const { waiting: _waiting, expected: _expected, ...old } = record();
    const [head, what] = lines([entry(old as RolloutRecord)]);
    assert.match(head!, /2m 10s$/);
    assert.equal(what, '    3 of 3 new tasks running, 2 targets healthy');
    assert.doesNotThrow(() => statusJson(entry(old as RolloutRecord)));
  });
});
