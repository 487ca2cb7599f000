/**
 * Requests that rollouts lose, counted by the sandbox's traffic: none with a healthy revision, whatever the strategy; with
 * a failing one no more than the step under way exposes until its alarm fires, and for one look of the rollout more.
 */
import assert from 'node:assert/strict';
import { DescribeAlarmsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeLoadBalancersCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { JsonObject } from '../../../engine/json.ts';
import type { RolloutEvent } from '../../../engine/rollout/index.ts';
import { shifted } from './schedules/ecsStories.ts';
import { next as nextFunction } from './schedules/lambdaStories.ts';
import { stories } from './schedules/stories.ts';
import type { Story } from './schedules/story.ts';
import { type Files, Stage } from './stage.ts';

const MINUTE = 60_000;

/** Requests a second, as the stories' scenarios have them. */
const PER_SECOND = 10;

/** Requests of every source that failed so far. */
const lostIn = ({ sandbox }: Stage): number => sandbox.traffic.reduce((sum, { failed }) => sum + failed, 0);
const servedIn = ({ sandbox }: Stage): number => sandbox.traffic.reduce((sum, { served }) => sum + served, 0);

/** A stage on which a story's first revision serves its traffic. */
async function serving(story: Story, rules: readonly object[] = []): Promise<Stage> {
  const { given, traffic } = story.scenario;
  const stage = await Stage.open({ scenario: { given, traffic, rules: [...rules, ...story.scenario.rules] } });
  const { rollouts } = await stage.deploy(story.path, await filesOf(stage, story.before));
  assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
  await stage.clock.advance(5 * MINUTE);
  stage.events.length = 0;
  return stage;
}

async function filesOf(stage: Stage, files: Story['next']): Promise<Files> {
  assert.ok(files);
  return typeof files === 'function' ? files(stage) : files;
}

const named = (name: string): Story => stories.find((story) => story.name === name)!;

describe('a healthy revision loses no request', () => {
  const updates = stories.filter(
    ({ before, next, phase, scenario }) => before && next && phase === 'succeeded' && scenario.traffic.length > 0,
  );
  for (const story of updates) {
    it(`in ${story.name}`, async () => {
      await using stage = await serving(story);
      const [lost, served] = [lostIn(stage), servedIn(stage)];
      const { rollouts } = await stage.deploy(story.path, await filesOf(stage, story.next));
      await stage.clock.advance(5 * MINUTE);
      assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
      assert.equal(lostIn(stage) - lost, 0);
      assert.ok(servedIn(stage) - served > 1_000, 'there was traffic all the time');
    });
  }
});

/** A look of the rollout while it bakes, s; and what the load balancer takes to follow its weights at most, s. */
const LOOK_S = 15;
const FOLLOWS_S = 5;

interface Failing {
  readonly name: string;
  readonly story: Story;
  readonly next: Files;
  /** What is wrong with the new revision. */
  readonly rule: object;
  /** Of the first step, percent. */
  readonly percent: number;
  readonly metric: (stage: Stage) => Promise<Partial<ConstructorParameters<typeof PutMetricAlarmCommand>[0]>>;
}

const shift = (type: string, percent: number): JsonObject => ({ type, percent, waitInterval: 300 });

async function balancerMetric({ elb }: Stage) {
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({ Names: ['shop'] }));
  const Value = LoadBalancers?.[0]?.LoadBalancerArn?.replace(/.*loadbalancer\//, '');
  return {
    Namespace: 'AWS/ApplicationELB',
    MetricName: 'HTTPCode_Target_5XX_Count',
    Dimensions: [{ Name: 'LoadBalancer', Value }],
  };
}

const functionMetric = async () => ({
  Namespace: 'AWS/Lambda',
  MetricName: 'Errors',
  Dimensions: [{ Name: 'FunctionName', Value: 'resize' }],
});

const SICK_TASKS = { when: { image: 'shop/web:2' }, then: { responses: { '5xxPercent': 100 } } };
const SICK_VERSION = { when: { function: 'resize', version: '2' }, then: { invocations: { errorPercent: 100 } } };

const FAILING: readonly Failing[] = [
  ...(['CANARY', 'LINEAR'] as const).flatMap((type) => [
    {
      name: `a ${type} shift between target groups`,
      story: named('a blue/green rollout'),
      next: shifted('shop/web:2', shift(type, 20)),
      rule: SICK_TASKS,
      percent: 20,
      metric: balancerMetric,
    },
    {
      name: `a ${type} shift of an alias`,
      story: named('a canary of a function'),
      next: nextFunction(shift(type, 10)),
      rule: SICK_VERSION,
      percent: 10,
      metric: functionMetric,
    },
  ]),
];

async function firedAt({ cloudWatch }: Stage): Promise<number> {
  const { MetricAlarms } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: ['errors'] }));
  return MetricAlarms?.[0]?.StateUpdatedTimestamp?.getTime() ?? Number.NaN;
}

describe('a failing revision loses what its step exposes until the alarm fires, and one look more', () => {
  for (const { name, story, next, rule, percent, metric } of FAILING) {
    it(`in ${name}`, async () => {
      await using stage = await serving(story, [rule]);
      await stage.cloudWatch.send(
        new PutMetricAlarmCommand({
          AlarmName: 'errors',
          ...(await metric(stage)),
          Statistic: 'Sum',
          Period: 60,
          EvaluationPeriods: 1,
          Threshold: 1,
          ComparisonOperator: 'GreaterThanOrEqualToThreshold',
          TreatMissingData: 'notBreaching',
        }),
      );
      await stage.clock.advance(5 * MINUTE);
      const lost = lostIn(stage);
      let firing: Promise<number> | undefined;
      const onEvent = (event: RolloutEvent) => {
        stage.events.push(event);
        if (event.code === 'alarm.fired') firing = firedAt(stage);
      };
      const { rollouts } = await stage.deploy(story.path, next, undefined, { onEvent });
      assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
      const shiftedAt = stage.events.find(({ code }) => code === 'traffic.shifted')!.time;
      const exposedMs = (await firing!) - shiftedAt;
      assert.ok(exposedMs > 0 && exposedMs < 5 * MINUTE, 'the alarm fires within the first step');
      const most = PER_SECOND * (percent / 100) * (exposedMs / 1000 + LOOK_S + FOLLOWS_S);
      const exposed = lostIn(stage) - lost;
      assert.ok(exposed > 0 && exposed <= most, `${exposed} requests were lost, at most ${most} may be`);
    });
  }
});
