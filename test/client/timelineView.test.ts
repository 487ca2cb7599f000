import assert from 'node:assert/strict';
import { asOf, spansOf, spoken, type TimelineInput, timelineMarkup } from '../../client/timeline/timelineView.ts';
import type { AlarmCurve, Phase, RolloutEvent, RolloutRecord } from '../../engine/index.ts';

const START = 1_000_000;

function event(seq: number, second: number, phase: Phase, more: Partial<RolloutEvent> = {}): RolloutEvent {
  return {
    seq,
    time: START + second * 1000,
    rollout: 'ro-1',
    workload: 'dev/web',
    code: 'rollout.progress',
    level: 'info',
    phase,
    message: `${phase} at ${second}`,
    data: {},
    ...more,
  };
}

function input(change: Partial<RolloutRecord> = {}, events: readonly RolloutEvent[] = []): TimelineInput {
  const record = {
    id: 'ro-1',
    workload: 'dev/web',
    kind: 'ecs',
    revision: { commit: undefined },
    strategy: 'ecs-rolling',
    trigger: 'manual',
    phase: 'succeeded',
    message: 'everything runs',
    progress: {},
    state: null,
    failure: null,
    paused: null,
    startedAt: START,
    endedAt: START + 100_000,
    ...change,
  } as unknown as RolloutRecord;
  return { record, events, now: START + 100_000 };
}

describe('the timeline', () => {
  it('has each phase with its time, and nothing of what took no time', () => {
    const events = [event(1, 0, 'preparing'), event(2, 10, 'launching'), event(3, 10, 'stabilizing')];
    assert.deepEqual(
      spansOf(input({}, events)).map(({ phase, from, to }) => [phase, (from - START) / 1000, (to - START) / 1000]),
      [
        ['preparing', 0, 10],
        ['stabilizing', 10, 100],
      ],
    );
  });

  it('says of a rollout that somebody paused that it is paused, until it is over', () => {
    const paused = { since: START, by: 'ada' };
    const going = { phase: 'shifting', endedAt: null } as const;
    assert.match(timelineMarkup(input({ ...going, paused })), /class="badge paused">paused</);
    assert.match(timelineMarkup(input(going)), /class="badge shifting">shifting</);
    assert.match(timelineMarkup(input({ paused })), /class="badge succeeded">succeeded</);
  });

  it('is told to who listens: how it stands, and events as the options of their list', () => {
    const paused = { by: 'ada', since: START };
    assert.equal(spoken(input({ phase: 'shifting', message: '10 % of traffic' })), 'shifting: 10 % of traffic');
    assert.equal(spoken(input({ phase: 'shifting', message: 'waits', paused, endedAt: null })), 'paused: waits');
    const markup = timelineMarkup(input({}, [event(1, 0, 'preparing'), event(2, 10, 'launching')]));
    const list = /role="listbox"[^>]*>(.*?)<\/ol>/.exec(markup)?.[1] ?? '';
    assert.equal(list.match(/<li/g)?.length, 2);
    assert.equal(list.match(/<li[^>]* role="option"/g)?.length, 2);
  });

  it('has a lane for each alarm that is watched, and shows when one fired', () => {
    const fired = event(1, 60, 'shifting', { code: 'alarm.fired', data: { alarm: 'errors' } });
    const markup = timelineMarkup(input({ state: { alarms: ['errors', 'latency'] } }, [fired]));
    assert.match(markup, /aria-label="errors: in ALARM after 1 min"/);
    assert.match(markup, /aria-label="latency: quiet"/);
    assert.match(markup, /class="firing" x="600" y="0" width="400"/);
    assert.doesNotMatch(timelineMarkup(input()), /Alarms/);
  });

  it('shows a moment of the past as it was then', () => {
    const events = [
      event(1, 0, 'preparing'),
      event(2, 30, 'shifting', { data: { trafficPercent: 10 } }),
      event(3, 60, 'shifting', { code: 'alarm.fired', data: { alarm: 'errors' } }),
    ];
    const past = asOf(input({ state: { alarms: ['errors'] } }, events), START + 40_000);
    assert.equal(past.record.phase, 'shifting');
    assert.equal(past.record.endedAt, null);
    assert.match(timelineMarkup(past), /aria-label="errors: quiet"/);
  });

  const curve = (points: readonly (readonly [second: number, value: number])[], more: Partial<AlarmCurve> = {}) => ({
    alarm: 'errors',
    metric: 'Errors, Sum over 10 s',
    periodMs: 10_000,
    threshold: 10,
    breaches: '>' as const,
    points: points.map(([second, value]) => ({ at: START + second * 1000, value })),
    ...more,
  });

  it('has the metric behind each alarm, with its threshold, when it fired, and its values as a table', () => {
    const fired = event(1, 60, 'shifting', { code: 'alarm.fired', data: { alarm: 'errors' } });
    const curves = [
      curve([
        [-10, 1],
        [0, 2],
        [10, 3],
        [50, 20],
      ]),
    ];
    const markup = timelineMarkup({ ...input({ state: { alarms: ['errors'] } }, [fired]), curves });
    assert.match(markup, /aria-label="errors: Errors, Sum over 10 s, from 2 to 20, at last 20, threshold 10"/);
    assert.match(markup, /Errors, Sum over 10 s · alarm where it is &#62; 10</);
    assert.match(markup, /class="threshold"/);
    assert.match(markup, /class="fired" x1="600"/);
    // The line is broken where there are no data: it begins twice.
    assert.equal(/class="line" d="(M[^"]*)"/.exec(markup)?.[1]?.split('M').length, 3);
    assert.equal(markup.match(/<tr><td>/g)?.length, 3);
    assert.match(markup, /<td>\+50 s<\/td><td>20<\/td>/);
  });

  it('says that an alarm has no data, and why', () => {
    const of = (more: Partial<AlarmCurve>) =>
      timelineMarkup({ ...input({ state: { alarms: ['errors'] } }), curves: [curve([], more)] });
    assert.match(of({}), /no data</);
    assert.match(of({ unknown: 'AWS said AccessDenied: <b>' }), /no data: AWS said AccessDenied: &#60;b&#62;/);
    assert.doesNotMatch(of({}), /NaN|Infinity|undefined/);
    assert.doesNotMatch(timelineMarkup(input({ state: { alarms: ['errors'] } })), /no data/);
  });

  it('draws values that are all nothing, and a threshold of nothing', () => {
    const curves = [
      curve(
        [
          [0, 0],
          [10, 0],
        ],
        { threshold: 0 },
      ),
    ];
    const markup = timelineMarkup({ ...input({ state: { alarms: ['errors'] } }), curves });
    assert.doesNotMatch(markup, /NaN|Infinity|undefined/);
  });

  it('replays the metrics as far as they were known then', () => {
    const curves = [
      curve([
        [0, 1],
        [10, 2],
        [50, 20],
      ]),
    ];
    const past = asOf(
      { ...input({ state: { alarms: ['errors'] } }, [event(1, 0, 'shifting')]), curves },
      START + 30_000,
    );
    assert.match(timelineMarkup(past), /from 1 to 2, at last 2/);
  });

  it('has the tasks that served before beside the new ones', () => {
    const events = [
      event(1, 10, 'launching', { data: { ready: 0, desired: 2, former: 2 } }),
      event(2, 40, 'stabilizing', { data: { ready: 2, desired: 2, former: 1 } }),
    ];
    const markup = timelineMarkup(input({ progress: { ready: 2, desired: 2, former: 0 } }, events));
    assert.match(
      markup,
      /New tasks that run: 0 after 10 s, 2 after 40 s, 2 after 1 min 40 s; Those before: 2 after 0 s, 2 after 10 s/,
    );
    assert.match(markup, /class="line other"/);
  });

  it('counts the tasks of what served before while a rolling update goes back', () => {
    const events = [
      event(1, 10, 'stabilizing', { data: { ready: 1, desired: 2, former: 1 } }),
      event(2, 40, 'rolling back', { data: { ready: 2, desired: 2 } }),
    ];
    const ended = { phase: 'rolled back', progress: { ready: 2, desired: 2 } } as const;
    const after = 'after 1 min 40 s';
    assert.match(
      timelineMarkup(input(ended, events)),
      new RegExp(
        `New tasks that run: 1 after 10 s, 0 ${after}; Those before: 1 after 0 s, 1 after 10 s, 2 after 40 s, 2 ${after}`,
      ),
    );
    const native = { ...ended, strategy: 'ecs-native', progress: { ready: 0, desired: 2 } } as const;
    assert.match(timelineMarkup(input(native, events)), /New tasks that run: 1 after 10 s, 2 after 40 s, 0 after/);
  });

  it('says of a rehearsal that nothing in it is real', () => {
    const markup = timelineMarkup({ ...input(), note: 'Rehearsal on a copy of <b>' });
    assert.match(markup, /class="note">Rehearsal on a copy of &#60;b&#62;\. Nothing real is touched\./);
    assert.equal(asOf({ ...input(), note: 'x' }, START).note, 'x');
  });

  it('has no markup of what comes from outside', () => {
    const evil = '<script>alert(1)</script>';
    const events = [event(1, 0, 'preparing', { message: evil, code: 'alarm.fired', data: { alarm: evil } })];
    const failure = {
      class: 'unknown',
      message: evil,
      evidence: [],
      next: evil,
    } as unknown as RolloutRecord['failure'];
    const markup = timelineMarkup(
      input({ message: evil, workload: `dev/${evil}`, failure, state: { alarms: [evil] } }, events),
    );
    assert.doesNotMatch(markup, /<script/);
  });

  it('is drawn where nothing has happened yet, and where the clock runs behind', () => {
    for (const now of [START, START - 5_000]) {
      const { record } = input({ endedAt: null, phase: 'queued' });
      assert.doesNotMatch(timelineMarkup({ record, events: [], now }), /NaN|Infinity|undefined|="-/);
    }
  });
});
