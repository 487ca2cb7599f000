import assert from 'node:assert/strict';
import { openAt } from '../../client/engine/session.ts';
import { startTrial } from '../../client/sandbox/trial.ts';
import { cleanUp, testRepository } from '../engine/git/testRepository.ts';
import { lambdaFiles, TASK } from '../engine/workloads.ts';

/** A function in each of these accounts. */
const functionsIn = (accounts: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    accounts.flatMap((account) =>
      Object.entries(
        lambdaFiles({
          'dev/resize_lambdadepdef.json': { alias: 'live', environment: { region: 'eu-west-1', account } },
        }),
      ).map(([path, text]) => [path.replace(/^dev\//, `${account}/`), text]),
    ),
  );

describe('the sandbox of a window', function () {
  this.timeout(60_000);
  afterEach(cleanUp);

  it('has every account that the files name', async () => {
    const repository = testRepository();
    repository.commit(functionsIn(['111111111111', '222222222222', '333333333333']));
    const where = { repo: repository.root };
    const trial = await startTrial({ files: [where], speed: 100, region: '' });
    try {
      const { engine } = await openAt(trial.place);
      const plan = await engine.plan(where);
      await engine.close();
      assert.deepEqual(
        plan.workloads.map(({ target, action }) => [target?.account, action]),
        [
          ['111111111111', 'create'],
          ['222222222222', 'create'],
          ['333333333333', 'create'],
        ],
      );
    } finally {
      await trial.stop();
    }
  });

  it('has the listeners, rules, capacity and kinds of targets that services name', async () => {
    const elb = (rest: string) => `arn:aws:elasticloadbalancing:eu-west-1:123456789012:${rest}`;
    const group = (name: string) => elb(`targetgroup/${name}/0123456789abcdef`);
    const shifted = (name: string, productionListenerRule: string, testListenerRule: string) => ({
      targetGroupArn: group(`${name}-blue`),
      containerName: 'web',
      containerPort: 8080,
      advancedConfiguration: {
        alternateTargetGroupArn: group(`${name}-green`),
        productionListenerRule,
        testListenerRule,
        roleArn: 'arn:aws:iam::123456789012:role/ecs',
      },
    });
    const service = (name: string, rest: object) => ({
      cluster: 'prod',
      serviceName: name,
      desiredCount: 1,
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-0a1b2c3d'] } },
      ...rest,
    });
    const front = 'app/front/0123456789abcdef';
    const alarms = { alarmNames: ['front-errors'], enable: true, rollback: true };
    const shifting = { strategy: 'CANARY', bakeTimeInMinutes: 1, alarms };
    const task = JSON.parse(TASK.replace('{{ image }}', 'shop/web:1').replace('{{ database_url }}', 'x'));
    const { networkMode: _mode, requiresCompatibilities: _fargate, ...bridged } = task;
    const port = { containerPort: 8080, hostPort: 0 };
    const repository = testRepository();
    const deployment = { environment: { region: 'eu-west-1' }, stabilityCheck: { timeout: 7200, pollInterval: 10 } };
    const files: Record<string, object> = {
      'dev/front_svcdef.json': service('front', {
        launchType: 'FARGATE',
        loadBalancers: [
          shifted(
            'front',
            elb(`listener-rule/${front}/1111111111111111/2222222222222222`),
            elb(`listener/${front}/3333333333333333`),
          ),
        ],
        deploymentConfiguration: shifting,
      }),
      'dev/front_taskdef.json': { ...task, family: 'front' },
      'dev/spare_svcdef.json': service('spare', {
        capacityProviderStrategy: [{ capacityProvider: 'own-machines', weight: 1 }],
        networkConfiguration: undefined,
        loadBalancers: [{ targetGroupArn: group('spare'), containerName: 'web', containerPort: 8080 }],
      }),
      'dev/spare_taskdef.json': {
        ...bridged,
        family: 'spare',
        containerDefinitions: [{ ...task.containerDefinitions[0], portMappings: [port] }],
      },
    };
    for (const name of ['front', 'spare']) files[`dev/${name}_depdef.json`] = deployment;
    repository.commit(Object.fromEntries(Object.entries(files).map(([path, file]) => [path, JSON.stringify(file)])));
    const where = { repo: repository.root };
    const trial = await startTrial({ files: [where], speed: 'asNeeded', region: '' });
    const { engine } = await openAt(trial.place, trial.clock);
    const options = { signal: new AbortController().signal, onEvent: () => {} };
    try {
      const plan = await trial.run(engine.plan(where));
      const { rollouts, blocked } = await trial.run(engine.deploy(plan, options));
      assert.deepEqual(blocked, []);
      assert.deepEqual(
        rollouts.map(({ workload, phase, reason }) => [workload, phase, phase === 'succeeded' ? '' : reason]),
        [
          ['dev/front', 'succeeded', ''],
          ['dev/spare', 'succeeded', ''],
        ],
      );
    } finally {
      await engine.close();
      await trial.stop();
    }
  });

  it('is not opened with settings that are not understood', async () => {
    const place = { store: '', region: 'eu-west-1', profile: '', endpoint: '', accounts: { prod: 'profile:x' } };
    await assert.rejects(openAt(place), {
      code: 'accounts.not-understood',
      message: 'the setting gitmoxi.accounts: not an account id: prod',
    });
  });
});
