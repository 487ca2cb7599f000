import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { DeployReport } from '../../engine/api.ts';
import { deployPlan } from '../../engine/deploying.ts';
import { EngineError } from '../../engine/errors.ts';
import type { Store } from '../../engine/store/index.ts';
import { resize, web } from './rollout/fixtures.ts';
import { Stage } from './rollout/stage.ts';

/** The stage's store with some of its functions replaced. */
const storeWith = (stage: Stage, changes: Partial<Store>): Store => ({ ...stage.store, ...changes });

const locked = () => new EngineError('store.locked', 'the store is locked', { hint: 'try again' });

describe('deploying', () => {
  it('carries out the rollouts that can be written down, and does not process the commit without the others', async () => {
    await using stage = await Stage.open();
    const [ecs, lambda] = [await stage.plan('dev/web', web()), await stage.plan('dev/resize', resize())];
    const plan = { ...ecs, workloads: [...ecs.workloads, ...lambda.workloads] };
    const store = storeWith(stage, {
      create: async (record, ...rest) => {
        if (record.kind === 'ecs') throw locked();
        return stage.store.create(record, ...rest);
      },
    });
    const { rollouts } = await stage.clock.run(deployPlan(stage.ports({ store }), plan, stage.options()));
    assert.deepEqual(
      rollouts.map(({ workload, phase, rollout, next }) => [workload, phase, rollout === null, next]),
      [
        ['dev/web', 'failed', true, 'try again'],
        ['dev/resize', 'succeeded', false, undefined],
      ],
    );
    assert.equal(await stage.store.lastProcessed('test', 'main'), undefined);
  });

  /** Deploys while the lease is renewed all the time, which fails so; looking after it before a change does not. */
  async function deployWithRenewal(error: EngineError): Promise<DeployReport> {
    await using stage = await Stage.open();
    const plan = await stage.plan('dev/web', web());
    let isTicking = false;
    const renew: Store['renew'] = (claim) => (isTicking ? Promise.reject(error) : stage.store.renew(claim));
    mock.timers.enable({ apis: ['setInterval'] });
    try {
      const onEvent = () => {
        isTicking = true;
        mock.timers.tick(10_000);
        isTicking = false;
      };
      const store = storeWith(stage, { renew });
      return await stage.clock.run(deployPlan(stage.ports({ store }), plan, stage.options({ onEvent })));
    } finally {
      mock.timers.reset();
    }
  }

  it('goes on while the store is only busy, and lets go when another process has taken over', async () => {
    const busy = await deployWithRenewal(locked());
    assert.deepEqual(
      busy.rollouts.map(({ phase }) => phase),
      ['succeeded'],
    );
    const taken = await deployWithRenewal(new EngineError('store.fenced', 'another process has taken over'));
    assert.deepEqual(
      taken.rollouts.map(({ phase, reason }) => [phase, reason]),
      [['unfinished', 'another process has taken over']],
    );
  });

  it('says what went wrong where nothing of the kind was expected', async () => {
    await using stage = await Stage.open();
    const plan = await stage.plan('dev/web', web());
    const ports = stage.ports();
    const aws = { ...ports.aws, liveOf: () => Promise.reject(new TypeError('the answer has no body')) };
    const { rollouts } = await stage.clock.run(deployPlan({ ...ports, aws }, plan, stage.options()));
    assert.deepEqual(
      rollouts.map(({ phase, reason }) => [phase, reason]),
      [['unfinished', 'the answer has no body']],
    );
  });
});
