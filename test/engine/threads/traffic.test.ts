/** Traffic that was left where it should not be, or lost on the way: thread by thread, with our end. */
import assert from 'node:assert/strict';
import { DescribeServicesCommand, DescribeTaskSetsCommand } from '@aws-sdk/client-ecs';
import { ModifyListenerCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { desiredOf } from '../../../engine/plan/index.ts';
import { withPreflight } from '../../../engine/preflighting.ts';
import type { RolloutRecord } from '../../../engine/rollout/index.ts';
import { balanced, external, taskSets } from '../rollout/balanced.ts';
import { web } from '../rollout/fixtures.ts';
import { BLUE_GREEN, native, SHIFTED_GIVEN, serviceNow, shifted } from '../rollout/shiftedByEcs.ts';
import { checkedFrom, type Files, Stage } from '../rollout/stage.ts';
import { askOnce, played } from './world.ts';

const CANARY = { type: 'CANARY', percent: 20, waitInterval: 300 };
const TRAFFIC = [{ loadBalancer: 'shop', perSecond: 10 }];
const CRASHING = { when: { image: '*:crash' }, then: { exit: { code: 1, afterSeconds: 2 } } };

/** A blue/green service whose definition names neither a second target group nor how to shift. */
function unpaired(blue: string, image = 'shop/web:1'): Files {
  const { service, task, ecsDeployment } = external(blue, blue, image);
  const { trafficShiftingConfig: _shift, targetGroupArnPairs: _pairs, ...plain } = ecsDeployment!;
  return { service: service!, task: task!, ecsDeployment: plain };
}

const at = (percent: number) => (record: RolloutRecord) =>
  record.phase === 'shifting' && record.progress.trafficPercent === percent;

type Pair = Readonly<Record<'blue' | 'green', string>>;

/** Requests that nobody answered, or answered with a server's error. */
const lost = (stage: Stage): number => stage.sandbox.traffic.reduce((sum, source) => sum + source.failed, 0);

async function openBalanced(rules: readonly object[] = []) {
  const stage = await Stage.open({ scenario: { traffic: TRAFFIC, rules } });
  return { stage, ...(await balanced(stage)) };
}

describe('traffic after a rollback', () => {
  it('pipecd #5280: it stayed at 80/20, because the last good commit knew no canary target group', async () => {
    const { stage, blue, green, weights, elb } = await openBalanced();
    await using _ = stage;
    await played(stage, unpaired(blue));
    const onRecord = askOnce(stage, 'abort', at(20));
    const end = await played(stage, external(blue, green, 'shop/web:2', CANARY), { onRecord });
    assert.equal(end.phase, 'aborted', end.story);
    assert.ok(end.story.includes('20 %'), end.story);
    const { blue: old, green: canary } = await weights();
    assert.deepEqual([(old ?? 0) > 0, canary ?? 0], [true, 0]);
    assert.deepEqual(await taskSets(stage), [['PRIMARY', 'web:1', 2, blue]]);
    elb.destroy();
  });

  it('pipecd #5280: going back to a commit without the pair leaves everybody with what it runs', async () => {
    const { stage, blue, green, weights, elb } = await openBalanced();
    await using _ = stage;
    await played(stage, unpaired(blue));
    const forth = await played(stage, external(blue, green, 'shop/web:2', CANARY));
    assert.equal(forth.phase, 'succeeded', forth.story);
    const before = lost(stage);
    const back = await played(stage, unpaired(blue));
    await stage.clock.advance(600_000);
    assert.deepEqual([back.phase, lost(stage) - before], ['succeeded', 0], back.story);
    assert.deepEqual(
      [await weights(), await taskSets(stage)],
      [{ blue: 100, green: 0 }, [['PRIMARY', 'web:3', 2, blue]]],
    );
    elb.destroy();
  });

  it('pipecd #4329, PR 2030, PR 4580: task sets of the canary stayed behind', async () => {
    const { stage, blue, green, elb } = await openBalanced([CRASHING]);
    await using _ = stage;
    await played(stage, external(blue, green));
    const onRecord = askOnce(stage, 'abort', at(20));
    await played(stage, external(blue, green, 'shop/web:2', CANARY), { onRecord });
    const end = await played(stage, external(blue, green, 'shop/web:crash', CANARY));
    assert.equal(end.phase, 'rolled back', end.story);
    assert.deepEqual(await taskSets(stage), [['PRIMARY', 'web:1', 2, blue]]);
    elb.destroy();
  });
});

describe('traffic on the way', () => {
  it('pipecd #4710: 503s, because the set that got the traffic was deleted before the other one had it', async () => {
    const { stage, blue, green, elb } = await openBalanced();
    await using _ = stage;
    await played(stage, external(blue, green));
    await stage.clock.advance(60_000);
    const before = lost(stage);
    for (const image of ['shop/web:2', 'shop/web:3']) {
      const end = await played(stage, external(blue, green, image, CANARY));
      assert.equal(end.phase, 'succeeded', end.story);
    }
    await stage.clock.advance(60_000);
    assert.equal(lost(stage) - before, 0);
    assert.deepEqual(await taskSets(stage), [['PRIMARY', 'web:3', 2, blue]]);
    elb.destroy();
  });

  const RESETS = {
    'to what it declares': ({ blue, green }: Pair) => [
      { TargetGroupArn: blue, Weight: 100 },
      { TargetGroupArn: green, Weight: 0 },
    ],
    'and took the new target group out': ({ blue }: Pair) => [{ TargetGroupArn: blue, Weight: 1 }],
  };

  for (const [how, declared] of Object.entries(RESETS)) {
    it(`aws-cdk #36649, terraform-aws-alb #409: an update of the stack reset the weights in mid-shift ${how}`, async () => {
      const { stage, blue, green, weights, listener, elb } = await openBalanced();
      await using _ = stage;
      await played(stage, external(blue, green));
      let reset = false;
      const onRecord = async (record: RolloutRecord) => {
        if (reset || !at(20)(record)) return;
        reset = true;
        const ForwardConfig = { TargetGroups: declared({ blue, green }) };
        const DefaultActions = [{ Type: 'forward' as const, ForwardConfig }];
        await elb.send(new ModifyListenerCommand({ ListenerArn: listener, DefaultActions }));
      };
      const before = lost(stage);
      const end = await played(stage, external(blue, green, 'shop/web:2', CANARY), { onRecord });
      const { blue: old = 0, green: fresh = 0 } = await weights();
      if (how === 'to what it declares') {
        // The share is given again, and bakes from then on.
        assert.equal(end.phase, 'succeeded', end.story);
        assert.ok(end.story.match(/set a listener's weights to blue 80, green 20/g)!.length >= 2, end.story);
        assert.deepEqual([old, fresh > 0], [0, true]);
      } else {
        assert.deepEqual([end.phase, end.failure?.class], ['rolled back', 'configuration'], end.story);
        assert.match(end.message, /somebody took \S+green\S+ out of its listener while traffic was shifting/);
        assert.deepEqual([old > 0, fresh], [true, 0]);
      }
      assert.equal(lost(stage) - before, 0, end.story);
      elb.destroy();
    });
  }

  it('aws-controllers-k8s #2907, cdk-real-drift #1730: weights that a deployment left were drift for ever', async () => {
    await using stage = await Stage.open({ scenario: { given: SHIFTED_GIVEN } });
    const front = await shifted(stage);
    for (const image of ['shop/web:1', 'shop/web:2']) {
      const end = await played(stage, native(front, BLUE_GREEN, image));
      assert.equal(end.phase, 'succeeded', end.story);
      const [plan] = (await stage.plan('dev/web', native(front, BLUE_GREEN, image))).workloads;
      assert.deepEqual([plan?.action, plan?.differences], ['unchanged', []]);
    }
  });

  it('containers-roadmap #760, #1396: of several target groups only one was shifted', async () => {
    const { stage, blue, green, elb } = await openBalanced();
    await using _ = stage;
    const admin = await balanced(stage, 'admin');
    const pairs = [
      [blue, green],
      [admin.blue, admin.green],
    ];
    const files = (image: string): Files => {
      const plain = external(blue, green, image, CANARY, { targetGroupArnPairs: pairs });
      const balancers = [blue, admin.blue].map((targetGroupArn) => {
        return { targetGroupArn, containerName: 'web', containerPort: 8080 };
      });
      return { ...plain, service: { ...plain.service!, loadBalancers: balancers } };
    };
    await played(stage, files('shop/web:1'));
    const end = await played(stage, files('shop/web:2'));
    assert.equal(end.phase, 'succeeded', end.story);
    for (const weights of [await admin.weights()])
      assert.deepEqual([weights['blue'], (weights['green'] ?? 0) > 0], [0, true]);
    const { taskSets: sets = [] } = await stage.ecs.send(
      new DescribeTaskSetsCommand({ cluster: 'prod', service: 'web' }),
    );
    assert.deepEqual(
      sets.map(({ loadBalancers }) => loadBalancers?.map(({ targetGroupArn }) => targetGroupArn)),
      [[green, admin.green]],
    );
    admin.elb.destroy();
    elb.destroy();
  });

  it('containers-roadmap #2664: once it was blue/green, it could not go back to rolling', async () => {
    await using stage = await Stage.open({ scenario: { given: SHIFTED_GIVEN } });
    const front = await shifted(stage);
    await played(stage, native(front, BLUE_GREEN));
    const plain = front.loadBalancers.map(({ advancedConfiguration: _none, ...rest }) => rest);
    const rolling = web({
      image: 'shop/web:2',
      service: { loadBalancers: plain, deploymentConfiguration: { strategy: 'ROLLING' } },
    });
    const end = await played(stage, rolling);
    assert.equal(end.phase, 'succeeded', end.story);
    const { services } = await stage.ecs.send(new DescribeServicesCommand({ cluster: 'prod', services: ['web'] }));
    assert.equal(services?.[0]?.deploymentConfiguration?.strategy, 'ROLLING');
    assert.deepEqual((await serviceNow(stage)).counts, [2, 2]);
  });

  it('containers-roadmap #2853: ECS shifted on although production pointed at a target group without targets', async () => {
    await using stage = await Stage.open({ scenario: { given: SHIFTED_GIVEN, traffic: TRAFFIC } });
    const front = await shifted(stage);
    await played(stage, native(front, BLUE_GREEN));
    const next = native(front, BLUE_GREEN, 'shop/web:2');
    const preflight = async () => {
      const [plan] = (await stage.plan('dev/web', next)).workloads;
      const head = checkedFrom('dev/web', next);
      const desired = desiredOf(head, plan!.target!, undefined)!;
      const ports = { aws: stage.clients.aws, store: stage.store };
      const only = { surroundings: false, skips: [], trigger: 'manual' } as const;
      const [looked] = await stage.clock.run(
        withPreflight(ports, [{ plan: plan!, head, desired, live: undefined }], only),
      );
      return looked!;
    };
    assert.equal((await preflight()).action, 'update');
    await front.set(0, 100);
    const plan = await preflight();
    assert.deepEqual([plan.action, plan.desired], ['blocked', undefined]);
    assert.match(plan.reason, /sends traffic to \S+green\S+, which has no healthy target.*serve are behind \S+blue/);
    assert.match(plan.problems.at(-1)?.hint ?? '', /see who changed its weights/);
    // Also while only a share of it goes there.
    await front.set(90, 10);
    assert.equal((await preflight()).action, 'blocked');
    await front.set(100, 0);
    assert.equal((await preflight()).action, 'update');
  });

  it('containers-roadmap #2853: task sets get what somebody sent where nothing runs, once somebody says so', async () => {
    const { stage, blue, green, weights, listener, elb } = await openBalanced();
    await using _ = stage;
    await played(stage, external(blue, green));
    const TargetGroups = [
      { TargetGroupArn: blue, Weight: 0 },
      { TargetGroupArn: green, Weight: 100 },
    ];
    const DefaultActions = [{ Type: 'forward' as const, ForwardConfig: { TargetGroups } }];
    await elb.send(new ModifyListenerCommand({ ListenerArn: listener, DefaultActions }));
    let during: unknown;
    const onRecord = async ({ phase }: RolloutRecord) => {
      if (phase === 'stabilizing') during ??= await weights();
    };
    const next = external(blue, green, 'shop/web:2', CANARY);
    // A refusal changes nothing, and so excuses no weights the next time.
    for (const refused of [await played(stage, next), await played(stage, next)]) {
      assert.equal(refused.phase, 'failed', refused.story);
      assert.match(refused.message, /somebody changed the weights; nothing was changed/);
    }
    const told = { ...next, ecsDeployment: { ...next['ecsDeployment'], preflight: { ignore: ['weights-moved'] } } };
    const end = await played(stage, told, { onRecord });
    assert.deepEqual([end.phase, during], ['succeeded', { blue: 100, green: 0 }], end.story);
    elb.destroy();
  });
});
