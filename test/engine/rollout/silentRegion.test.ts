/** Rollouts in a region that accepts requests and does not answer them. */
import assert from 'node:assert/strict';
import { deployPlan } from '../../../engine/deploying.ts';
import { web } from './fixtures.ts';
import { Stage } from './stage.ts';

const SILENT = { rules: [{ when: { operation: '*:*' }, then: { hang: true } }] };

describe('a rollout in a region that falls silent', () => {
  it('is let go of within a minute where nothing was begun, and taken up once the region answers', async () => {
    await using stage = await Stage.open();
    const plan = await stage.plan('dev/web', web());
    stage.setScenario(SILENT);
    const begunAt = stage.clock.now();
    const ports = stage.ports();
    // Somebody has thought about the plan: what it found is too old to begin with.
    const aws: typeof ports.aws = {
      ...ports.aws,
      liveOf: (...[target, desired]) => ports.aws.liveOf(target, desired, Infinity),
    };
    const { rollouts } = await stage.clock.run(deployPlan({ ...ports, aws }, plan, stage.options()));
    assert.ok(stage.clock.now() - begunAt < 60_000, stage.story().join('\n'));
    const [left] = rollouts;
    assert.equal(left?.phase, 'unfinished');
    assert.match(
      left.reason ?? '',
      /^AWS cannot be reached to read .*: no answer within 8 s; nothing was changed yet$/,
    );
    assert.match(left.next ?? '', /^check the network.*then `gitmoxi resume`$/);
    // People hear of it with the first time-out, not with the last.
    const told = stage.events.find(({ code }) => code === 'observe.failed');
    assert.ok(told!.time - begunAt < 30_000, `${told!.time - begunAt} ms`);

    stage.setScenario({});
    assert.equal((await stage.resume()).rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
  });

  it('is watched for a quarter of an hour where something was begun, and tells how far it came', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/web', web());
    const plan = await stage.plan('dev/web', web({ image: 'shop/web:2' }));
    let silentSince = 0;
    const { rollouts } = await stage.clock.run(
      deployPlan(
        stage.ports(),
        plan,
        stage.options({
          onRecord({ phase }) {
            if (phase !== 'stabilizing' || silentSince > 0) return;
            silentSince = stage.clock.now();
            stage.setScenario(SILENT);
          },
        }),
      ),
    );
    assert.equal(rollouts[0]?.phase, 'unfinished');
    assert.match(rollouts[0].reason ?? '', /no answer within 8 s; it stands at stabilizing: /);
    const lastedMs = stage.clock.now() - silentSince;
    assert.ok(lastedMs > 14 * 60_000 && lastedMs < 18 * 60_000, `${lastedMs} ms`);

    stage.setScenario({});
    const resumed = await stage.resume();
    assert.equal(resumed.rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
  });

  it('is let go of, and not called failed, where a change stays without an answer', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/web', web());
    const plan = await stage.plan('dev/web', web({ image: 'shop/web:2' }));
    const silent = { rules: [{ when: { operation: 'ecs:UpdateService' }, then: { hang: true } }] };
    stage.setScenario(silent);
    const { rollouts } = await stage.clock.run(deployPlan(stage.ports(), plan, stage.options()));
    assert.equal(rollouts[0]?.phase, 'unfinished', stage.story().join('\n'));
    assert.match(rollouts[0].reason ?? '', /^AWS did not answer whether it has done .*no answer within/);
    assert.match(rollouts[0].next ?? '', /then `gitmoxi resume`$/);

    stage.setScenario({});
    assert.equal((await stage.resume()).rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
  });
});
