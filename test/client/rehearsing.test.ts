/** Rehearsals beside a window's AWS, which is a sandbox here: it answers, and is not touched. */
import assert from 'node:assert/strict';
import { type Opened, openAt } from '../../client/engine/session.ts';
import { MISHAPS } from '../../client/sandbox/mishaps.ts';
import { playRehearsal, type RehearsalRequest, type Rehearsed } from '../../client/sandbox/rehearsing.ts';
import { startTrial, type Trial } from '../../client/sandbox/trial.ts';
import { cleanUp, type TestRepository, testRepository } from '../engine/git/testRepository.ts';
import { ecsFiles, lambdaFiles, TASK } from '../engine/workloads.ts';

const ACCOUNT = '210987654321';

/** In an account and region of its own, so that what is read elsewhere is noticed. */
const DEPLOYMENT = {
  environment: { region: 'ap-south-1', account: ACCOUNT },
  stabilityCheck: { timeout: 7200, pollInterval: 10 },
  gmDeploymentCircuitBreaker: { failureThreshold: 2 },
};

const HEALTH_CHECK = '"healthCheck": { "command": ["CMD", "true"], "interval": 10, "retries": 2 },';

const serviceOf = (image: string) =>
  ecsFiles({
    'dev/web_taskdef.json': TASK.replace('"environment"', `${HEALTH_CHECK} "environment"`),
    'dev/web_depdef.json': DEPLOYMENT,
    'dev/web_input.json': {
      ref: { file: ['terraform/output.json'], type: 'TERRAFORM' },
      count: 2,
      image,
    },
  });

const signal = new AbortController().signal;

interface Window {
  readonly repository: TestRepository;
  readonly trial: Trial;
  readonly opened: Opened;
}

/** A window whose service was deployed, and has a newer commit. */
async function windowWithService(): Promise<Window> {
  const repository = testRepository();
  repository.commit(serviceOf('shop/web:1'));
  const trial = await startTrial({ files: [{ repo: repository.root }], speed: 150, region: '' });
  const opened = await openAt(trial.place);
  const plan = await opened.engine.plan({ repo: repository.root });
  const { rollouts } = await opened.engine.deploy(plan, { signal, onEvent: () => {} });
  assert.equal(rollouts[0]?.phase, 'succeeded', rollouts[0]?.reason);
  repository.commit(serviceOf('shop/web:2'));
  return { repository, trial, opened };
}

interface Call {
  readonly operation: string;
  readonly mutating: boolean;
}

async function callsOf({ endpoint }: Trial): Promise<Call[]> {
  const answer = await fetch(`${endpoint}/_sandbox/calls?since=0`);
  return ((await answer.json()) as { readonly calls: Call[] }).calls;
}

const changesIn = async (trial: Trial) => (await callsOf(trial)).filter(({ mutating }) => mutating).length;

function rehearsal({ repository, opened }: Window, more: Partial<RehearsalRequest> = {}): Promise<Rehearsed> {
  return playRehearsal({
    engine: opened.engine,
    where: { repo: repository.root, selectors: ['dev/web'] },
    region: '',
    signal,
    doing: () => {},
    began: async () => {},
    ended: async () => {},
    ...more,
  });
}

describe('a rehearsal', function () {
  this.timeout(60_000);
  let window: Window;

  before(async () => {
    window = await windowWithService();
  });

  after(async () => {
    await window.opened.engine.close();
    await window.trial.stop();
    cleanUp();
  });

  it('is made from what runs, and changes nothing there, neither in AWS nor in the store', async () => {
    const { engine } = window.opened;
    const [changes, known] = [await changesIn(window.trial), await engine.history({})];
    const shown: string[] = [];
    const { rollouts, origin, blocked } = await rehearsal(window, {
      began: async (id, from) => {
        const { rollout } = await from.engine.rollout(id);
        shown.push(rollout.workload);
      },
      ended: async (id) => {
        shown.push(id === '' ? '' : 'ended');
      },
    });
    assert.deepEqual(blocked, []);
    assert.equal(origin.kind, 'live');
    assert.equal(rollouts[0]?.phase, 'succeeded', rollouts[0]?.reason);
    assert.deepEqual(rollouts[0]?.target, {
      kind: 'ecs',
      account: ACCOUNT,
      region: 'ap-south-1',
      cluster: 'prod',
      service: 'web',
    });
    assert.deepEqual(shown, ['dev/web', 'ended']);
    assert.equal(await changesIn(window.trial), changes);
    assert.deepEqual(await engine.history({}), known);
  });

  it('updates what runs there instead of creating it, from the very revision', async () => {
    let [message, told] = ['', ''];
    await rehearsal(window, {
      doing: (text) => {
        told += text;
      },
      began: async (id, from) => {
        message = (await from.engine.events(id))[0]?.message ?? '';
      },
    });
    assert.match(message, /^update from commit [0-9a-f]{7}: \d+ differences? from what runs$/);
    assert.doesNotMatch(told, /hunter2/);
  });

  for (const id of ['health-check', 'crash', 'image', 'capacity']) {
    it(`goes back where the scenario is ${id}`, async () => {
      const mishap = MISHAPS.find((one) => one.id === id);
      const { rollouts, origin } = await rehearsal(window, { mishap });
      assert.equal(origin.kind, 'live');
      assert.equal(rollouts[0]?.phase, 'rolled back', rollouts[0]?.reason);
    });
  }

  it('is made from the files where AWS cannot be read, and says why', async () => {
    const opened = await openAt({ ...window.trial.place, endpoint: 'http://127.0.0.1:9' });
    try {
      const { rollouts, origin } = await rehearsal({ ...window, opened });
      assert.equal(origin.kind, 'files');
      assert.match(origin.kind === 'files' ? origin.why : '', /127\.0\.0\.1:9/);
      assert.equal(rollouts[0]?.phase, 'succeeded', rollouts[0]?.reason);
    } finally {
      await opened.engine.close();
    }
  });

  it('does not begin where the deployment would not either', async () => {
    const repository = testRepository();
    repository.commit({
      ...serviceOf('shop/web:2'),
      'dev/web_depdef.json': JSON.stringify({ ...DEPLOYMENT, alarms: { alarmNames: ['no-such-alarm'], enable: true } }),
    });
    const { rollouts, blocked } = await rehearsal({ ...window, repository });
    assert.deepEqual(rollouts, []);
    assert.match(blocked[0]?.reason ?? '', /no-such-alarm/);
  });

  it('ends when it is cancelled, before anything is begun', async () => {
    const began: string[] = [];
    const cancelled = AbortSignal.abort();
    const { rollouts } = await rehearsal(window, { signal: cancelled, began: async (id) => void began.push(id) });
    assert.deepEqual([rollouts, began], [[], []]);
  });
});

describe('a rehearsal of a function', function () {
  this.timeout(60_000);
  after(cleanUp);

  it('goes back where Lambda fails to update it, and where an alarm fires', async () => {
    const repository = testRepository();
    const filesOf = (key: string) =>
      lambdaFiles({
        'dev/resize_lambdadepdef.json': {
          alias: 'live',
          environment: { region: 'eu-west-1', account: ACCOUNT },
          trafficShiftingConfig: { type: 'CANARY', percent: 10, waitInterval: 120 },
          alarms: { alarmNames: ['resize-errors'], enable: true },
          readinessCheck: { waitInterval: 10, maxRetries: 500 },
        },
        'dev/resize_lambdainput.json': { key },
      });
    repository.commit(filesOf('resize-1.zip'));
    const where = { repo: repository.root, selectors: ['dev/resize'] };
    const trial = await startTrial({ files: [where], speed: 150, region: '' });
    const opened = await openAt(trial.place);
    try {
      const first = await opened.engine.deploy(await opened.engine.plan(where), { signal, onEvent: () => {} });
      assert.equal(first.rollouts[0]?.phase, 'succeeded', first.rollouts[0]?.reason);
      repository.commit(filesOf('resize-2.zip'));
      for (const id of ['update', 'alarm']) {
        const mishap = MISHAPS.find((one) => one.id === id);
        const { rollouts, origin } = await rehearsal({ repository, trial, opened }, { where, mishap });
        assert.equal(origin.kind, 'live');
        assert.equal(rollouts[0]?.phase, 'rolled back', `${id}: ${rollouts[0]?.reason}`);
      }
    } finally {
      await opened.engine.close();
      await trial.stop();
    }
  });
});

describe('a rehearsal of a service that ECS shifts', function () {
  this.timeout(60_000);
  after(cleanUp);

  it('answers the pauses that a person would, and takes no other wait for one', async () => {
    const elb = (rest: string) => `arn:aws:elasticloadbalancing:ap-south-1:${ACCOUNT}:${rest}`;
    const listener = elb('listener/app/front/0123456789abcdef/3333333333333333');
    const balancer = {
      targetGroupArn: elb('targetgroup/blue/0123456789abcdef'),
      containerName: 'web',
      containerPort: 8080,
      advancedConfiguration: {
        alternateTargetGroupArn: elb('targetgroup/green/0123456789abcdef'),
        productionListenerRule: listener,
        roleArn: `arn:aws:iam::${ACCOUNT}:role/ecs`,
      },
    };
    const pause = {
      targetType: 'PAUSE',
      lifecycleStages: ['POST_SCALE_UP'],
      timeoutConfiguration: { timeoutInMinutes: 60, action: 'ROLLBACK' },
    };
    const service = {
      cluster: 'prod',
      serviceName: 'web',
      desiredCount: 1,
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-0a1b2c3d'] } },
      loadBalancers: [balancer],
      deploymentConfiguration: { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 5, lifecycleHooks: [pause] },
    };
    const filesOf = (image: string) => ({ ...serviceOf(image), 'dev/web_svcdef.json': JSON.stringify(service) });
    const repository = testRepository();
    repository.commit(filesOf('shop/web:1'));
    const where = { repo: repository.root, selectors: ['dev/web'] };
    const trial = await startTrial({ files: [where], speed: 'asNeeded', region: 'eu-west-1' });
    const opened = await openAt(trial.place, trial.clock);
    try {
      const first = trial.run(
        opened.engine.plan(where).then((plan) => opened.engine.deploy(plan, { signal, onEvent: () => {} })),
      );
      assert.equal((await first).rollouts[0]?.phase, 'succeeded');
      repository.commit(filesOf('shop/web:2'));
      const { rollouts, origin } = await trial.run(rehearsal({ repository, trial, opened }, { where }));
      assert.equal(origin.kind, 'live');
      assert.equal(rollouts[0]?.phase, 'succeeded', rollouts[0]?.reason);
      const [one] = rollouts;
      // Its bake was not skipped.
      assert.ok(one!.endedAt! - one!.startedAt! > 5 * 60_000);
    } finally {
      await opened.engine.close();
      await trial.stop();
    }
  });
});
