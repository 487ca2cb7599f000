import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DescribeServicesCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { CreateAliasCommand, GetAliasCommand, LambdaClient, UpdateAliasCommand } from '@aws-sdk/client-lambda';
import { type DeployReport, openStore, type PlanReport } from '../../engine/index.ts';
import { parseScenario } from '../../sandbox/index.ts';
import { cleanUp } from './git/testRepository.ts';
import { CREDENTIALS, Team } from './team.ts';
import { ecsFiles, INPUT, lambdaFiles, SERVICE, TASK, TERRAFORM } from './workloads.ts';

const verdicts = (report: PlanReport) => report.workloads.map(({ workload, action }) => [workload, action]);

/** Two ECS workloads that share one Terraform output, and one Lambda function that does not. */
const MANY = {
  ...ecsFiles(),
  ...Object.fromEntries(
    Object.entries(ecsFiles({ 'dev/web_svcdef.json': SERVICE.replace('"web"', '"api"') }))
      .filter(([path]) => path.startsWith('dev/'))
      .map(([path, text]) => [path.replace('dev/web', 'dev/api'), text.replace('"family": "web"', '"family": "api"')]),
  ),
  ...lambdaFiles(),
};

/** The files of `dev/web`, deleted. */
const GONE = {
  'dev/web_svcdef.json': null,
  'dev/web_taskdef.json': null,
  'dev/web_depdef.json': null,
  'dev/web_input.json': null,
};

/** Deploys a service, and lets go of its next rollout halfway. Gives what commits the first version again. */
async function leaveHalfway(team: Team): Promise<() => void> {
  const first = ecsFiles();
  team.repository.commit(first);
  await team.deploy(await team.plan());
  const [path, text] = Object.entries(first).find(([name]) => name.endsWith('_taskdef.json'))!;
  team.repository.commit({ [path]: text!.replace('"memory": "512"', '"memory": "1024"') });
  await team.deployUntil('stabilizing', await team.plan());
  return () => void team.repository.commit({ [path]: text! });
}

describe('plans', () => {
  afterEach(cleanUp);

  it('are unchanged right after a deployment, again and again, without a change of AWS', async () => {
    await using team = await Team.open();
    team.repository.commit(MANY);
    const first = await team.plan();
    assert.deepEqual(verdicts(first), [
      ['dev/api', 'create'],
      ['dev/resize', 'create'],
      ['dev/web', 'create'],
    ]);
    assert.deepEqual(
      first.workloads.map(({ changedFiles }) => changedFiles.every(({ change }) => change === 'added')),
      [true, true, true],
    );
    const { rollouts } = await team.deploy(first);
    assert.deepEqual(
      rollouts.map(({ phase }) => phase),
      ['succeeded', 'succeeded', 'succeeded'],
    );
    void team.changes;
    for (let i = 0; i < 2; i++) {
      const again = await team.plan();
      assert.equal(again.since, again.revision);
      assert.deepEqual(
        again.workloads.map(({ action, differences }) => [action, differences]),
        [
          ['unchanged', []],
          ['unchanged', []],
          ['unchanged', []],
        ],
      );
    }
    assert.deepEqual(team.changes, []);
    assert.deepEqual((await team.deploy(await team.plan())).rollouts, []);
    assert.deepEqual(team.changes, []);
  });

  it('are unchanged for a commit that changes white space only', async () => {
    await using team = await Team.open();
    team.repository.commit(ecsFiles());
    await team.deploy(await team.plan());
    team.repository.commit({ 'dev/web_svcdef.json': SERVICE.replaceAll('  ', '\t').replaceAll('\n', '\n\n') });
    const plan = await team.plan();
    assert.deepEqual(verdicts(plan), [['dev/web', 'unchanged']]);
    assert.deepEqual(plan.workloads[0]?.changedFiles, [{ path: 'dev/web_svcdef.json', change: 'modified' }]);
  });

  it('are about the workloads whose rendered result a referenced output changes, and only those', async () => {
    await using team = await Team.open();
    team.repository.commit(MANY);
    await team.deploy(await team.plan());
    const subnets = { ...TERRAFORM.subnets, value: ['subnet-9z8y7x6w'] };
    team.repository.commit({ 'terraform/output.json': JSON.stringify({ ...TERRAFORM, subnets }) });
    const plan = await team.plan();
    assert.deepEqual(verdicts(plan), [
      ['dev/api', 'update'],
      ['dev/web', 'update'],
    ]);
    assert.deepEqual(
      plan.workloads[0]?.differences.map(({ path }) => path),
      ['/networkConfiguration/awsvpcConfiguration/subnets'],
    );
    team.repository.commit({
      'terraform/output.json': JSON.stringify({
        ...TERRAFORM,
        subnets,
        unused: { sensitive: false, type: 'string', value: 'x' },
      }),
    });
    assert.deepEqual(verdicts(await team.plan({ since: 'HEAD~1' })), [
      ['dev/api', 'unchanged'],
      ['dev/web', 'unchanged'],
    ]);
  });

  it('are about what is named where something is named, and do not process the commit', async () => {
    await using team = await Team.open();
    team.repository.commit(MANY);
    await team.deploy(await team.plan({ selectors: ['dev/web'] }));
    assert.deepEqual(verdicts(await team.plan()), [
      ['dev/api', 'create'],
      ['dev/resize', 'create'],
      ['dev/web', 'unchanged'],
    ]);
    await assert.rejects(team.plan({ selectors: ['dev/wbe'] }), { code: 'workload.no-match', kind: 'usage' });
  });

  it('do not deploy when only deployment settings changed', async () => {
    await using team = await Team.open();
    team.repository.commit(ecsFiles());
    await team.deploy(await team.plan());
    team.repository.commit({
      'dev/web_depdef.json': '{ "environment": { "region": "eu-west-1" }, "stabilityCheck": { "timeout": 900 } }',
    });
    assert.deepEqual(verdicts(await team.plan()), [['dev/web', 'unchanged']]);
  });

  it('delete what a deleted definition described, but not what only moved', async () => {
    await using team = await Team.open();
    team.repository.commit(ecsFiles());
    await team.deploy(await team.plan());
    const moved = Object.fromEntries(
      Object.entries(ecsFiles()).map(([path, text]) => [path.replace('dev/web', 'prod/web'), text]),
    );
    team.repository.commit({ ...moved, ...GONE });
    const plan = await team.plan();
    assert.deepEqual(verdicts(plan), [
      ['dev/web', 'unchanged'],
      ['prod/web', 'unchanged'],
    ]);
    assert.match(plan.workloads[0]?.reason ?? '', /moved: prod\/web/);
    assert.deepEqual((await team.deploy(plan)).rollouts, []);

    team.repository.commit({ 'prod/web_svcdef.json': null });
    const deletion = await team.plan();
    assert.deepEqual(verdicts(deletion), [['prod/web', 'delete']]);
    await team.deploy(deletion);
    const { services } = await team.ecs.send(new DescribeServicesCommand({ cluster: 'prod', services: ['web'] }));
    assert.equal(services?.[0]?.status, 'INACTIVE');
  });

  it('point at the cluster where AWS knows none of its name', async () => {
    await using team = await Team.open();
    const files = ecsFiles({ 'dev/web_svcdef.json': SERVICE.replace(/"cluster": "[^"]*"/, '"cluster": "nowhere"') });
    team.repository.commit(files);
    const [plan] = (await team.plan()).workloads;
    const [problem] = plan?.problems ?? [];
    assert.deepEqual(
      [plan?.action, problem?.code, problem?.path],
      ['blocked', 'plan.cluster-missing', 'dev/web_svcdef.json'],
    );
    const line = files['dev/web_svcdef.json']?.split('\n')[problem!.line - 1];
    assert.equal(line?.slice(problem!.column - 1, problem!.endColumn - 1), '"nowhere"');
  });

  it('list a deletion again until it succeeded', async () => {
    await using team = await Team.open();
    const failing = (operation: string) =>
      team.sandbox.setScenario(
        parseScenario(
          JSON.stringify({ rules: [{ when: { operation }, then: { error: 'AccessDeniedException', message: 'no' } }] }),
          'scenario.json',
        ),
      );
    const ends = ({ rollouts }: DeployReport) => rollouts.map(({ phase }) => phase);
    team.repository.commit(ecsFiles());
    await team.deploy(await team.plan());
    team.repository.commit(GONE);

    failing('ecs:DescribeServices');
    const unread = await team.plan();
    assert.deepEqual(verdicts(unread), [['dev/web', 'blocked']]);
    assert.deepEqual(
      unread.workloads[0]?.problems.map(({ code }) => code),
      ['plan.live-unreadable'],
    );
    await team.deploy(unread);

    failing('ecs:DeleteService');
    assert.deepEqual(verdicts(await team.plan()), [['dev/web', 'delete']]);
    assert.deepEqual(ends(await team.deploy(await team.plan())), ['failed']);

    failing('ecs:Nothing');
    assert.deepEqual(ends(await team.deploy(await team.plan())), ['succeeded']);
    assert.deepEqual(verdicts(await team.plan()), []);
  });

  it('keep a held deletion in sight', async () => {
    await using team = await Team.open();
    team.repository.commit(ecsFiles());
    await team.deploy(await team.plan());
    const gone = team.repository.commit(GONE);
    const store = await openStore(team.storePath);
    const { identity } = (await team.plan()).context.repository;
    await store.hold({ repository: identity, kind: 'ecs', workload: 'dev/web', commit: gone, reason: 'hands off' });
    for (let i = 0; i < 2; i++) {
      const plan = await team.plan();
      assert.deepEqual(verdicts(plan), [['dev/web', 'blocked']]);
      await team.deploy(plan);
    }
    await store.releaseHold(identity, 'ecs', 'dev/web');
    store.close();
    assert.deepEqual(verdicts(await team.plan()), [['dev/web', 'delete']]);
  });

  it('block a workload whose target belongs to one that did not change', async () => {
    await using team = await Team.open();
    team.repository.commit(ecsFiles());
    await team.deploy(await team.plan());
    const twin = Object.entries(ecsFiles({ 'dev/web_input.json': { ...INPUT, count: 3 } }));
    team.repository.commit(Object.fromEntries(twin.map(([path, text]) => [path.replace('dev/web', 'dev/twin'), text])));
    const plan = await team.plan();
    assert.deepEqual(verdicts(plan), [['dev/twin', 'blocked']]);
    assert.match(plan.workloads[0]?.reason ?? '', /^dev\/web has the same target/);
  });

  it('block two workloads that would own one service', async () => {
    await using team = await Team.open();
    const twin = Object.fromEntries(
      Object.entries(ecsFiles()).map(([path, text]) => [path.replace('dev/web', 'dev/twin'), text]),
    );
    team.repository.commit({ ...ecsFiles(), ...twin });
    assert.deepEqual(verdicts(await team.plan()), [
      ['dev/twin', 'blocked'],
      ['dev/web', 'blocked'],
    ]);
  });

  it('refuse everything while one target belongs to another account', async () => {
    await using team = await Team.open();
    team.repository.commit(
      ecsFiles({ 'dev/web_depdef.json': { environment: { region: 'eu-west-1', account: '999999999999' } } }),
    );
    await assert.rejects(team.plan(), {
      code: 'aws.wrong-account',
      kind: 'surroundings',
      message: /999999999999.*123456789012/,
    });
    assert.deepEqual(verdicts(await team.plan({ offline: true })), [['dev/web', 'deploy']]);
  });

  it('show no secret, neither in differences nor in the store', async () => {
    await using team = await Team.open();
    team.repository.commit(ecsFiles());
    await team.deploy(await team.plan());
    const secret = {
      ...TERRAFORM,
      database_url: { ...TERRAFORM.database_url, value: 'postgres://app:hunter3@db/prod' },
    };
    team.repository.commit({ 'terraform/output.json': JSON.stringify(secret) });
    const plan = await team.plan();
    assert.deepEqual(plan.workloads[0]?.differences, [
      {
        path: '/taskDefinition/containerDefinitions/0/environment/0/value',
        live: '(sensitive)',
        desired: '(sensitive)',
      },
    ]);
    await team.deploy(plan);
    const history = await team.engine.history({});
    const events = await Promise.all(history.map(({ id }) => team.engine.events(id)));
    const rendered = await team.engine.render({ repo: team.repository.root });
    assert.doesNotMatch(JSON.stringify([history, events, rendered]), /hunter/);
    assert.match(JSON.stringify(rendered), /"value":"\(sensitive\)"/);
  });

  it('show no secret that runs and that no file uses any more', async () => {
    await using team = await Team.open();
    team.repository.commit(ecsFiles());
    await team.deploy(await team.plan());
    team.repository.commit({
      'dev/web_taskdef.json': TASK.replace(/"environment".*/, '"environment": []'),
      'terraform/output.json': JSON.stringify({
        ...TERRAFORM,
        database_url: { ...TERRAFORM.database_url, value: 'postgres://app:hunter3@db/prod' },
      }),
    });
    const plan = await team.plan();
    assert.deepEqual(
      plan.workloads[0]?.differences.map(({ live }) => live),
      [[{ name: 'DATABASE_URL', value: '(sensitive)' }]],
    );
  });

  it('say which settings are not carried out, at their place', async () => {
    await using team = await Team.open();
    team.repository.commit(
      ecsFiles({
        'dev/web_depdef.json': {
          environment: { region: 'eu-west-1' },
          alarms: { alarmNames: ['errors'] },
          fallbackCapacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT' }],
          trafficShiftingConfig: { type: 'CANARY' },
        },
      }),
    );
    const { problems } = (await team.plan()).workloads[0]!;
    assert.deepEqual(
      problems.map(({ code, severity, path, line, message }) => [code, severity, path, line, message.split(' ')[0]]),
      [
        ['deployment.setting-not-carried-out', 'warning', 'dev/web_depdef.json', 15, 'trafficShiftingConfig'],
        ['preflight.alarm-missing', 'error', 'dev/web_depdef.json', 7, 'there'],
      ],
    );
  });

  it("say which settings ECS's own traffic shifting takes the place of, and who has pauses", async () => {
    await using team = await Team.open();
    const settings = {
      environment: { region: 'eu-west-1' },
      pauseHooks: 'continue',
      deleteNewUponTrafficShiftFailure: true,
      trafficShiftingConfig: { type: 'CANARY' },
    };
    const said = async (member: string) => {
      const files = ecsFiles({ 'dev/web_depdef.json': settings });
      const definition = String(files['dev/web_svcdef.json']).replace('{', `{ ${member}`);
      team.repository.commit({ ...files, 'dev/web_svcdef.json': definition });
      const { problems } = (await team.plan()).workloads[0]!;
      return problems.map(({ message, hint }) => [message.split(' ')[0], hint?.split(':')[0]]);
    };
    const rolling = await said('');
    assert.deepEqual(
      rolling.map(([key]) => key),
      ['pauseHooks', 'trafficShiftingConfig'],
    );
    assert.deepEqual(await said('"deploymentConfiguration": { "strategy": "BLUE_GREEN" },'), [
      [
        'trafficShiftingConfig',
        'take it out, and set linearConfiguration or canaryConfiguration, and bakeTimeInMinutes, in deploymentConfiguration of the service definition',
      ],
    ]);
  });

  it('say that another tool is deploying the service', async () => {
    await using team = await Team.open();
    team.repository.commit(ecsFiles());
    await team.deploy(await team.plan());
    assert.deepEqual((await team.plan()).workloads[0]?.problems, []);
    await team.ecs.send(new UpdateServiceCommand({ cluster: 'prod', service: 'web', forceNewDeployment: true }));
    const [found] = (await team.plan()).workloads[0]!.problems;
    assert.deepEqual([found?.code, found?.severity], ['plan.deployment-in-progress', 'warning']);
    assert.match(found?.message ?? '', /IN_PROGRESS, 0 of 2 running$/);
  });

  it('tell of the rollout that is bringing it about, and deploying waits for nobody', async () => {
    await using team = await Team.open();
    team.repository.commit(ecsFiles());
    const leaving = new AbortController();
    await team.clock.run(
      team.engine.deploy(await team.plan(), {
        signal: leaving.signal,
        onEvent: ({ code, phase }) => {
          if (code === 'rollout.phase' && phase === 'stabilizing') leaving.abort();
        },
      }),
    );
    const plan = await team.plan();
    assert.deepEqual(
      plan.workloads.map(({ action, problems, underWay }) => [action, problems, underWay?.phase, underWay?.owner]),
      [['unchanged', [], 'stabilizing', undefined]],
    );
    const { rollouts } = await team.deploy(plan);
    assert.deepEqual(
      rollouts.map(({ phase, rollout }) => [phase, rollout]),
      [['busy', plan.workloads[0]?.underWay?.rollout]],
    );
    await team.resume();
    assert.equal((await team.plan()).workloads[0]?.underWay, undefined);
  });

  it('list a workload that a commit takes back while it is rolled out, though nothing differs from what was processed', async () => {
    await using team = await Team.open();
    const takeBack = await leaveHalfway(team);
    takeBack();
    const plan = await team.plan();
    assert.deepEqual(verdicts(plan), [['dev/web', 'update']]);
    const [last] = (await team.deploy(plan)).rollouts;
    assert.equal(last?.phase, 'succeeded');
    const phases = (await team.engine.history({})).map((record) => [
      record.revision.commit === plan.revision,
      record.phase,
    ]);
    assert.deepEqual(phases, [
      [true, 'succeeded'],
      [false, 'succeeded'],
      [false, 'succeeded'],
    ]);
    assert.deepEqual(verdicts(await team.plan()), [['dev/web', 'unchanged']]);
  });

  it('list a workload that a commit takes back after another process finished its rollout', async () => {
    await using team = await Team.open();
    const takeBack = await leaveHalfway(team);
    await team.resume();
    takeBack();
    const plan = await team.plan();
    assert.deepEqual(verdicts(plan), [['dev/web', 'update']]);
    assert.equal((await team.deploy(plan)).rollouts[0]?.phase, 'succeeded');
    team.repository.commit({ 'README.md': 'no workload' });
    assert.deepEqual(verdicts(await team.plan()), []);
  });

  it('see that what the files ask for does not come up', async () => {
    await using team = await Team.open();
    const rule = { when: { image: '*:2' }, then: { pull: 'not-found' } };
    team.sandbox.setScenario(parseScenario(JSON.stringify({ rules: [rule] }), 'scenario.json'));
    const breaker = { failureThreshold: 2, rollback: false };
    const deployment = { environment: { region: 'eu-west-1' }, gmDeploymentCircuitBreaker: breaker };
    team.repository.commit(ecsFiles({ 'dev/web_depdef.json': deployment }));
    await team.deploy(await team.plan());
    team.repository.commit({ 'dev/web_input.json': JSON.stringify({ ...INPUT, image: 'shop/web:2' }) });
    const { rollouts } = await team.deploy(await team.plan());
    assert.deepEqual(
      rollouts.map(({ phase }) => phase),
      ['failed'],
    );
    const plan = await team.plan();
    assert.deepEqual(
      plan.workloads.map(({ action, differences }) => [action, differences]),
      [['update', [{ path: '/deployments', live: 'IN_PROGRESS, 0 of 2 running', desired: 'COMPLETED' }]]],
    );
  });

  it('say at its place in the file what an event source refers to and is not there', async () => {
    await using team = await Team.open();
    const source = { Service: 'apigateway.amazonaws.com', ApiId: 'a1b2c3d4e5', RouteId: 'r1' };
    team.repository.commit(lambdaFiles({ 'dev/resize_lambdaeventsourcedef.json': { PushEventSources: [source] } }));
    const plan = await team.plan();
    assert.equal(plan.workloads[0]?.action, 'blocked');
    assert.deepEqual(
      plan.workloads[0].problems.map(({ code, path, message }) => [code, path, message]),
      [['plan.no-api', 'dev/resize_lambdaeventsourcedef.json', 'there is no HTTP API a1b2c3d4e5']],
    );
    assert.ok((plan.workloads[0].problems[0]?.line ?? 0) > 1);
  });

  it('have nothing to deploy for what a deleted definition leaves behind', async () => {
    await using team = await Team.open();
    team.repository.commit({ 'dev/web_depdef.json': '{}' });
    assert.deepEqual(verdicts(await team.plan()), [['dev/web', 'unchanged']]);
  });

  it('come again for what could not be deployed', async () => {
    await using team = await Team.open();
    team.repository.commit(ecsFiles({ 'terraform/output.json': null }));
    await team.deploy(await team.plan());
    team.repository.commit({ 'README.md': 'unrelated' });
    assert.deepEqual(verdicts(await team.plan()), [['dev/web', 'blocked']]);
  });

  it('refuse an empty selector, and take an absolute path', async () => {
    await using team = await Team.open();
    team.repository.commit(ecsFiles());
    await assert.rejects(team.plan({ selectors: [''] }), { code: 'workload.empty-selector', kind: 'usage' });
    const { workloads } = await team.plan({ selectors: [join(team.repository.root, 'dev', 'web')] });
    assert.equal(workloads.length, 1);
  });

  it('block what this version would deploy wrongly', async () => {
    await using team = await Team.open();
    const byCodeDeploy = SERVICE.replace(
      '"launchType"',
      '"deploymentController": { "type": "CODE_DEPLOY" }, "launchType"',
    );
    team.repository.commit(ecsFiles({ 'dev/web_svcdef.json': byCodeDeploy }));
    assert.deepEqual(verdicts(await team.plan()), [['dev/web', 'blocked']]);
  });

  it('go back to the last good rollout, and hold the commit that was left', async () => {
    await using team = await Team.open();
    const good = team.repository.commit(ecsFiles());
    await team.deploy(await team.plan());
    team.repository.commit({ 'dev/web_input.json': JSON.stringify({ ...INPUT, image: 'shop/web:2' }) });
    await team.deploy(await team.plan());
    const back = await team.engine.planRollback({ repo: team.repository.root, selectors: ['dev/web'] });
    assert.deepEqual([back.revision, ...verdicts(back)], [good, ['dev/web', 'update']]);
    assert.deepEqual(
      (await team.deploy(back)).rollouts.map(({ phase }) => phase),
      ['succeeded'],
    );

    const held = await team.plan();
    assert.deepEqual(verdicts(held), [['dev/web', 'blocked']]);
    assert.match(held.workloads[0]?.reason ?? '', /held: rolled back to/);
    team.repository.commit({ 'dev/web_input.json': JSON.stringify({ ...INPUT, image: 'shop/web:3' }) });
    assert.deepEqual(verdicts(await team.plan()), [['dev/web', 'update']]);
  });

  it('hold what was left, and lift a hold on purpose, in whichever process the rollout ends', async () => {
    await using team = await Team.open();
    const ends = ({ rollouts }: DeployReport) => rollouts.map(({ phase }) => phase);
    const forced = () => team.plan({ force: true });
    team.repository.commit(ecsFiles());
    await team.deploy(await team.plan());
    team.repository.commit({ 'dev/web_input.json': JSON.stringify({ ...INPUT, image: 'shop/web:2' }) });
    await team.deploy(await team.plan());
    const back = await team.engine.planRollback({ repo: team.repository.root, selectors: ['dev/web'] });
    assert.deepEqual(ends(await team.deployDetached(back)), ['succeeded']);
    assert.deepEqual(verdicts(await team.plan()), [['dev/web', 'blocked']]);
    assert.deepEqual(ends(await team.deployDetached(await forced())), ['succeeded']);
    assert.deepEqual(verdicts(await team.plan()), [['dev/web', 'unchanged']]);
  });

  it('go back further each time, never to what was left', async () => {
    await using team = await Team.open();
    const back = () => team.engine.planRollback({ repo: team.repository.root, selectors: ['dev/web'] });
    const revisions: string[] = [];
    for (const image of ['shop/web:1', 'shop/web:2', 'shop/web:3']) {
      revisions.push(team.repository.commit(ecsFiles({ 'dev/web_input.json': { ...INPUT, image } })));
      await team.deploy(await team.plan());
    }
    for (const expected of [revisions[1], revisions[0]]) {
      const plan = await back();
      assert.equal(plan.revision, expected);
      await team.deploy(plan);
    }
    await assert.rejects(back(), { code: 'rollback.nothing-to-go-back-to' });
    // Deployed again on purpose, it is good again.
    await team.deploy(await team.plan({ revision: revisions[1]!, force: true }));
    await team.deploy(await team.plan({ revision: revisions[0]!, force: true }));
    assert.equal((await back()).revision, revisions[1]);
  });

  it('go back to a rollout of the same kind where a service and a function have one path', async () => {
    await using team = await Team.open();
    const named = (files: Record<string, string>) =>
      Object.fromEntries(Object.entries(files).map(([path, text]) => [path.replace('dev/resize', 'dev/web'), text]));
    for (const key of ['resize-1.zip', 'resize-2.zip']) {
      team.repository.commit(named(lambdaFiles({ 'dev/resize_lambdainput.json': { key } })));
      await team.deploy(await team.plan());
    }
    team.repository.commit(ecsFiles());
    await team.deploy(await team.plan());
    const back = (file: string) => team.engine.planRollback({ repo: team.repository.root, selectors: [file] });
    await assert.rejects(back('dev/web_svcdef.json'), { code: 'rollback.nothing-to-go-back-to' });
    const plan = await back('dev/web_lambdadef.json');
    assert.deepEqual(
      plan.workloads.map(({ kind, action }) => [kind, action]),
      [['lambda', 'update']],
    );
  });

  it('see an alias that was moved by hand, although the function has the code', async () => {
    await using team = await Team.open();
    const lambda = new LambdaClient({ endpoint: team.sandbox.endpoint, region: 'eu-west-1', credentials: CREDENTIALS });
    team.repository.commit(lambdaFiles());
    await team.deploy(await team.plan());
    // Keeps version 1 from being deleted when it is old.
    await lambda.send(new CreateAliasCommand({ FunctionName: 'resize', Name: 'beta', FunctionVersion: '1' }));
    team.repository.commit({ 'dev/resize_lambdainput.json': JSON.stringify({ key: 'resize-2.zip' }) });
    await team.deploy(await team.plan());
    assert.deepEqual(verdicts(await team.plan()), [['dev/resize', 'unchanged']]);
    await lambda.send(new UpdateAliasCommand({ FunctionName: 'resize', Name: 'live', FunctionVersion: '1' }));
    const plan = await team.plan();
    assert.deepEqual(
      plan.workloads.map(({ action, differences }) => [action, differences.map(({ path }) => path)]),
      [['update', ['/Code']]],
    );
    await team.deploy(plan);
    const { FunctionVersion } = await lambda.send(new GetAliasCommand({ FunctionName: 'resize', Name: 'live' }));
    assert.equal(FunctionVersion, '2');
    lambda.destroy();
  });

  it('tell drift', async () => {
    await using team = await Team.open();
    team.repository.commit(ecsFiles());
    await team.deploy(await team.plan());
    const status = () => team.engine.status({ repo: team.repository.root, live: true });
    assert.deepEqual(
      (await status()).map(({ drift }) => drift),
      [null],
    );
    const { DeleteServiceCommand } = await import('@aws-sdk/client-ecs');
    await team.ecs.send(new DeleteServiceCommand({ cluster: 'prod', service: 'web', force: true }));
    assert.deepEqual(
      (await status()).map(({ drift }) => drift),
      ['it is gone'],
    );
  });
});
