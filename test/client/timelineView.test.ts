import assert from 'node:assert/strict';
import { asOf, spansOf, type TimelineInput, timelineMarkup } from '../../client/timeline/timelineView.ts';
import type { Phase, RolloutEvent, RolloutRecord } from '../../engine/index.ts';

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
