/**
 * An alarm that fires while traffic is shifted, on AWS whose calls take their time: how soon everything is sent back, for
 * tests and for the bench.
 */
import assert from 'node:assert/strict';
import { SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { balanced, external } from './balanced.ts';
import { resize } from './fixtures.ts';
import { CANARY, native, SHIFTED_GIVEN, shifted } from './shiftedByEcs.ts';
import { type Files, Stage } from './stage.ts';

/** Between two looks where an alarm is watched, ms. */
export const POLL_MS = 15_000;

/** How long each call is on its way, ms. */
export const CALL_MS = 200;

const WATCHING = { alarms: { alarmNames: ['errors'] } };

export interface Strategy {
  readonly name: string;
  readonly path: string;
  /** The call that has all traffic go back: of ECS's own shifting it is the one that asks ECS to. */
  readonly back: string;
  files(stage: Stage): Promise<(release: number) => Files>;
}

export const STRATEGIES: readonly Strategy[] = [
  {
    name: "ECS's own canary",
    path: 'dev/web',
    back: 'StopServiceDeployment',
    async files(stage) {
      const front = await shifted(stage);
      return (release) => native(front, CANARY, `shop/web:${release}`, WATCHING);
    },
  },
  {
    name: 'blue/green by task sets',
    path: 'dev/web',
    back: 'ModifyListener',
    async files(stage) {
      const { blue, green, elb } = await balanced(stage, 'front');
      elb.destroy();
      const canary = { type: 'CANARY', percent: 20, waitInterval: 300 };
      return (release) => external(blue, green, `shop/web:${release}`, canary, WATCHING);
    },
  },
  {
    name: "a function's alias",
    path: 'dev/resize',
    back: 'UpdateAlias',
    async files() {
      const trafficShiftingConfig = { type: 'CANARY', percent: 10, waitInterval: 300 };
      return (release) => resize({ key: `resize-${release}.zip`, deployment: { trafficShiftingConfig, ...WATCHING } });
    },
  },
];

/**
 * Has the alarm fire so long after new tasks or versions got their first share of the traffic.
 *
 * @returns ms until everything was sent back, and the calls from the look that saw the alarm to that one
 */
export async function fires({ path, back, files }: Strategy, afterMs: number) {
  await using stage = await Stage.open({ scenario: { given: SHIFTED_GIVEN, rules: [] } });
  const filesOf = await files(stage);
  stage.clients.line.gate = async (_, send) => {
    await stage.clock.sleepUntil(stage.clock.now() + CALL_MS);
    return send();
  };
  await stage.deploy(path, filesOf(1));
  const from = stage.sandbox.calls.length;
  let shiftedAt: number | undefined;
  const { rollouts } = await stage.deploy(path, filesOf(2), undefined, {
    onRecord: ({ progress: { trafficPercent = 0 } }) => {
      if (shiftedAt !== undefined || trafficPercent === 0) return;
      shiftedAt = stage.clock.now();
      void stage.clock.sleepUntil(shiftedAt + afterMs).then(() => {
        const ALARM = { AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'too many' } as const;
        return stage.cloudWatch.send(new SetAlarmStateCommand(ALARM));
      });
    },
  });
  assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
  const calls = stage.sandbox.calls.slice(from);
  const rang = calls.findIndex(({ operation }) => operation === 'SetAlarmState');
  const returned = calls.findIndex(({ operation }, i) => i > rang && operation === back);
  assert.ok(rang >= 0 && returned > rang, calls.map(({ operation }) => operation).join(' '));
  const saw = calls.findLastIndex(({ operation }, i) => i < returned && operation === 'DescribeAlarms');
  return {
    ms: calls[returned]!.time - calls[rang]!.time,
    calls: calls.slice(saw, returned + 1).map(({ operation }) => operation),
  };
}
