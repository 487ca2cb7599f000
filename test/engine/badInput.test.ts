/**
 * What people get wrong, from files to what runs: each mistake is a problem at its place in the source, with what to do;
 * none is an exception, and none begins a rollout.
 */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { CreateClusterCommand, CreateServiceCommand, ECSClient } from '@aws-sdk/client-ecs';
import { createEngine, type Engine, openStore, type PlanReport, type Problem } from '../../engine/index.ts';
import type { JsonObject } from '../../engine/json.ts';
import { parseScenario, type Sandbox, startSandbox, VirtualClock } from '../../sandbox/index.ts';
import { cleanUp, type TestRepository, testRepository } from './git/testRepository.ts';
import { DEPLOYMENT, ecsFiles, lambdaFiles, SERVICE } from './workloads.ts';

const ACCOUNT = '123456789012';
const CLIENT = { region: 'eu-west-1', credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'x' } };

const group = (name: string) =>
  `arn:aws:elasticloadbalancing:eu-west-1:${ACCOUNT}:targetgroup/${name}/0123456789abcdef`;
const [BLUE, GREEN] = [group('blue'), group('green')];

/** A repository, a simulated AWS that has what the files need, and the engine between them. */
class Desk implements AsyncDisposable {
  readonly repository: TestRepository = testRepository();
  readonly clock: VirtualClock;
  readonly sandbox: Sandbox;
  readonly engine: Engine;
  #files: Record<string, string> = {};

  private constructor(sandbox: Sandbox, clock: VirtualClock) {
    this.sandbox = sandbox;
    this.clock = clock;
    this.engine = createEngine({
      clock,
      endpoint: sandbox.endpoint,
      store: () => openStore(join(this.repository.root, '.git', 'store.db')),
      owner: { id: 'test', host: 'test', pid: process.pid },
    });
  }

  static async open(given: JsonObject = {}): Promise<Desk> {
    process.env['AWS_ACCESS_KEY_ID'] = ACCOUNT;
    process.env['AWS_SECRET_ACCESS_KEY'] = 'x';
    const clock = new VirtualClock();
    const scenario = parseScenario(JSON.stringify({ given: { clusters: ['prod'], ...given } }), 'scenario.json');
    return new Desk(await startSandbox({ clock, throttling: false, scenario }), clock);
  }

  commit(files: Record<string, string>): void {
    this.#files = { ...this.#files, ...files };
    this.repository.commit(files);
  }

  async validate(): Promise<readonly Problem[]> {
    return (await this.engine.validate({ repo: this.repository.root })).problems;
  }

  plan(offline = false): Promise<PlanReport> {
    return this.engine.plan({ repo: this.repository.root, offline });
  }

  /** Plans, and rolls out what is planned. */
  async deployed(): Promise<void> {
    const plan = await this.plan();
    const { rollouts } = await this.clock.run(
      this.engine.deploy(plan, { signal: new AbortController().signal, onEvent: () => {} }),
    );
    assert.deepEqual(
      rollouts.map(({ phase }) => phase),
      ['succeeded'],
      JSON.stringify([plan.workloads.map(({ problems }) => problems), rollouts]),
    );
  }

  /** The one workload's plan, which must be blocked by one error; with what the error points at. */
  async blocked(): Promise<Problem & { readonly at: string }> {
    const { workloads } = await this.plan();
    const [workload] = workloads;
    const errors = workload?.problems.filter(({ severity }) => severity === 'error') ?? [];
    assert.equal(workload?.action, 'blocked', JSON.stringify(workload));
    assert.equal(errors.length, 1, JSON.stringify(errors, null, 1));
    const [error] = errors as [Problem];
    assert.match(error.hint ?? '', /\w+ \w+/, 'it says what to do');
    assert.match(error.message, /^[^A-Z].*[^.]$/, 'the house style');
    return { ...error, at: this.textAt(error) };
  }

  textAt({ path, line, column, endLine, endColumn }: Problem): string {
    const lines = (this.#files[path] ?? '').split('\n').slice(line - 1, endLine);
    if (lines.length === 0) return '';
    lines[lines.length - 1] = lines.at(-1)!.slice(0, endColumn - 1);
    lines[0] = lines[0]!.slice(column - 1);
    return lines.join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine.close();
    await this.sandbox.stop();
    rmSync(this.repository.root, { recursive: true, force: true });
  }
}

const text = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** Sets one member of a file, by its path; what stands there is written as it is, JSON or not. */
function withMember(file: string, path: string, written: string): string {
  const keys = path.split('.');
  const open = keys.map((key) => `"${key}": `).join('{ ');
  return file.replace('{', `{ ${open}${written}${' }'.repeat(keys.length - 1)},`);
}

/** Values that each number refuses, as they are written. */
const NOT_A_NUMBER = ['"20"', '"NaN"', 'true', '[]', '{}', '1e999'];
const BELOW = ['-1', '0', '-0.5', '-1e9'];
const NOT_WHOLE = ['1.5'];

/** Every number of both deployment definitions, with what it must not be. */
const NUMBERS: readonly [path: string, bad: readonly string[]][] = [
  ['trafficShiftingConfig.percent', [...BELOW, '101', '100.01', '1e9']],
  ['trafficShiftingConfig.waitInterval', [...BELOW, ...NOT_WHOLE, '604801']],
  ['stabilityCheck.pollInterval', [...BELOW, ...NOT_WHOLE, '3601']],
  ['stabilityCheck.timeout', [...BELOW, ...NOT_WHOLE, '604801']],
  ['stabilityCheck.timeoutPerTask', [...BELOW, ...NOT_WHOLE, '604801']],
  ['gmDeploymentCircuitBreaker.failureThreshold', [...BELOW, ...NOT_WHOLE]],
  ['gmDeploymentCircuitBreaker.failureThresholdPercent', [...BELOW, '101']],
];

const LAMBDA_NUMBERS: readonly [path: string, bad: readonly string[]][] = [
  ['trafficShiftingConfig.percent', [...BELOW, '101']],
  ['trafficShiftingConfig.waitInterval', [...BELOW, ...NOT_WHOLE, '604801']],
  ['readinessCheck.waitInterval', [...BELOW, ...NOT_WHOLE]],
  ['readinessCheck.maxRetries', ['-1', ...NOT_WHOLE]],
];

describe('bad numbers', () => {
  afterEach(cleanUp);

  for (const [suffix, numbers] of [
    ['web_depdef.json', NUMBERS],
    ['resize_lambdadepdef.json', LAMBDA_NUMBERS],
  ] as const) {
    for (const [path, bad] of numbers) {
      it(`are found where they are written: ${suffix.replace(/.*_/, '_')} ${path}`, async () => {
        await using desk = await Desk.open();
        for (const written of [...NOT_A_NUMBER, ...bad]) {
          const base =
            suffix === 'web_depdef.json' ? '{ "environment": { "region": "eu-west-1" } }' : '{ "alias": "live" }';
          const file = { [`dev/${suffix}`]: withMember(base, path, written) };
          desk.commit(suffix === 'web_depdef.json' ? ecsFiles(file) : lambdaFiles(file));
          const found = (await desk.validate()).filter(({ severity }) => severity === 'error');
          assert.equal(found.length, 1, `${written}: ${JSON.stringify(found)}`);
          assert.equal(desk.textAt(found[0]!), written);
          assert.ok(
            found[0]?.hint || /at (least|most)|between|from/.test(found[0]?.message ?? ''),
            JSON.stringify(found),
          );
          assert.equal((await desk.plan(true)).workloads[0]?.action, 'blocked');
        }
      });
    }
  }
});

/** A blue/green service whose deployment definition has these members. */
function blueGreen(deployment: JsonObject = {}): Record<string, string> {
  const service = JSON.stringify({
    deploymentController: { type: 'EXTERNAL' },
    loadBalancers: [{ targetGroupArn: BLUE, containerName: 'web', containerPort: 8080 }],
  }).slice(1, -1);
  return ecsFiles({
    'dev/web_svcdef.json': SERVICE.replace('{', `{ ${service},`),
    'dev/web_depdef.json': {
      ...(JSON.parse(DEPLOYMENT) as JsonObject),
      trafficShiftingConfig: { type: 'CANARY', percent: 20, waitInterval: 60 },
      targetGroupArnPairs: [[BLUE, GREEN]],
      ...deployment,
    },
  });
}

const behind = (...groups: readonly [arn: string, weight?: number][]) => ({
  targetGroups: groups.map(([arn, weight]) => ({
    arn,
    loadBalancer: 'shop',
    deregistrationDelaySeconds: 5,
    ...(weight === undefined ? {} : { weight }),
  })),
});

describe('target groups that do not fit', () => {
  afterEach(cleanUp);

  it('are in no pair', async () => {
    await using desk = await Desk.open(behind([BLUE], [GREEN]));
    desk.commit(blueGreen({ targetGroupArnPairs: [[GREEN, group('other')]] }));
    const { message, path, at } = await desk.blocked();
    assert.match(message, /is in no pair of targetGroupArnPairs/);
    assert.deepEqual([path, at], ['dev/web_svcdef.json', JSON.stringify(BLUE)]);
  });

  it('are in two pairs', async () => {
    await using desk = await Desk.open(behind([BLUE], [GREEN]));
    desk.commit(
      blueGreen({
        targetGroupArnPairs: [
          [BLUE, GREEN],
          [group('other'), BLUE],
        ],
      }),
    );
    const { message, path, at } = await desk.blocked();
    assert.match(message, /is in another pair too/);
    assert.deepEqual([path, at], ['dev/web_depdef.json', JSON.stringify(BLUE)]);
  });

  it('are reached by no listener', async () => {
    await using desk = await Desk.open({ targetGroups: [{ arn: BLUE }, { arn: GREEN }] });
    desk.commit(blueGreen());
    const { code, message, at } = await desk.blocked();
    assert.equal(code, 'preflight.pair-not-reached');
    assert.match(message, /no listener and no rule forwards to .*(blue|green).* or /);
    assert.deepEqual(JSON.parse(at), [BLUE, GREEN]);
  });

  it('both have no weight', async () => {
    await using desk = await Desk.open(behind([group('other'), 1], [BLUE, 0], [GREEN, 0]));
    desk.commit(blueGreen());
    const { code, message, at } = await desk.blocked();
    assert.equal(code, 'preflight.pair-without-weight');
    assert.match(message, /have weight 0: no request reaches them/);
    assert.deepEqual(JSON.parse(at), [BLUE, GREEN]);
  });

  it('leave a forward alone from which somebody keeps all traffic', async () => {
    const rule = behind([BLUE, 1], [GREEN, 0]).targetGroups;
    const quiet = rule.map((one) => ({ ...one, loadBalancer: 'shop', listenerPort: 81, weight: 0 }));
    await using desk = await Desk.open({ targetGroups: [...rule, ...quiet] });
    desk.commit(blueGreen());
    const { workloads } = await desk.plan();
    assert.deepEqual([workloads[0]?.action, workloads[0]?.problems], ['create', []]);
  });
});

/** A service that somebody else made, with this controller. */
async function madeByHand(desk: Desk, type: 'ECS' | 'EXTERNAL' | 'CODE_DEPLOY'): Promise<void> {
  desk.commit(ecsFiles());
  await desk.deployed();
  const ecs = new ECSClient({ endpoint: desk.sandbox.endpoint, ...CLIENT });
  await ecs.send(new CreateClusterCommand({ clusterName: type }));
  await ecs.send(
    new CreateServiceCommand({
      cluster: type,
      serviceName: 'web',
      desiredCount: 1,
      deploymentController: { type },
      ...(type === 'EXTERNAL'
        ? {}
        : {
            taskDefinition: 'web:1',
            launchType: 'FARGATE',
            networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-0a1b2c3d'] } },
          }),
      ...(type === 'CODE_DEPLOY'
        ? { loadBalancers: [{ targetGroupArn: BLUE, containerName: 'web', containerPort: 8080 }] }
        : {}),
    }),
  );
  ecs.destroy();
  desk.commit(
    ecsFiles({
      'terraform/output.json': {
        cluster_name: { value: type },
        subnets: { value: ['subnet-0a1b2c3d'] },
        database_url: { value: 'x' },
      },
    }),
  );
}

describe('what AWS cannot change in place', () => {
  afterEach(cleanUp);

  for (const live of ['EXTERNAL', 'CODE_DEPLOY'] as const) {
    it(`is the controller of a service that runs with ${live}`, async () => {
      await using desk = await Desk.open(behind([BLUE], [GREEN]));
      await madeByHand(desk, live);
      desk.commit({ 'dev/web_svcdef.json': SERVICE.replace('{', '{ "deploymentController": { "type": "ECS" },') });
      const { code, message, at } = await desk.blocked();
      assert.equal(code, 'plan.needs-replacement');
      assert.match(message, /needs replacement: AWS cannot change .*deploymentController.* in place/);
      assert.equal(at, '{ "type": "ECS" }');
    });
  }

  it('is the controller that the files leave out, where another one runs', async () => {
    await using desk = await Desk.open();
    await madeByHand(desk, 'EXTERNAL');
    const { code, message } = await desk.blocked();
    assert.equal(code, 'plan.needs-replacement');
    assert.match(message, /deploymentController/);
  });

  it('is shown with the field that asks for it', async () => {
    await using desk = await Desk.open();
    desk.commit(ecsFiles());
    await desk.deployed();
    desk.commit({ 'dev/web_svcdef.json': SERVICE.replace('"launchType": "FARGATE"', '"launchType": "EC2"') });
    const launch = await desk.blocked();
    assert.deepEqual([launch.path, launch.at], ['dev/web_svcdef.json', '"EC2"']);
    assert.match(launch.message, /AWS cannot change launchType in place/);
    assert.match(launch.hint ?? '', /put the old value back, or delete the service/);

    const daemon = SERVICE.replace('"desiredCount": {{ count }}', '"schedulingStrategy": "DAEMON"');
    desk.commit({ 'dev/web_svcdef.json': daemon });
    const scheduling = (await desk.plan()).workloads[0];
    assert.equal(scheduling?.action, 'blocked', JSON.stringify(scheduling?.problems));
  });

  it('is the package type of a function', async () => {
    await using desk = await Desk.open();
    desk.commit(lambdaFiles());
    await desk.deployed();
    desk.commit({
      'dev/resize_lambdadef.json': text({
        FunctionName: 'resize',
        Role: 'arn:aws:iam::123456789012:role/resize',
        PackageType: 'Image',
        Code: { ImageUri: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/resize:1' },
      }),
    });
    const { code, message, hint, at } = await desk.blocked();
    assert.deepEqual([code, at], ['plan.needs-replacement', '"Image"']);
    assert.match(`${message}; ${hint}`, /AWS cannot change PackageType in place; .* delete the function/);
  });

  it('is the role behind an alias whose traffic is to shift in steps', async () => {
    await using desk = await Desk.open();
    const deployment = (type: string) => ({
      'dev/resize_lambdadepdef.json': text({
        alias: 'live',
        environment: { region: 'eu-west-1' },
        trafficShiftingConfig: { type, percent: 10, waitInterval: 60 },
      }),
    });
    desk.commit(lambdaFiles(deployment('CANARY')));
    await desk.deployed();
    const other = lambdaFiles()['dev/resize_lambdadef.json']!.replace('role/resize', 'role/other');
    desk.commit({ 'dev/resize_lambdadef.json': other });
    const { code, message, hint, at } = await desk.blocked();
    assert.deepEqual([code, at], ['plan.cannot-split', '"arn:aws:iam::123456789012:role/other"']);
    assert.match(message, /versions of different Role/);
    assert.match(hint ?? '', /ALL_AT_ONCE/);
    desk.commit(deployment('ALL_AT_ONCE'));
    await desk.deployed();
  });
});

describe('alarms that protect nothing', () => {
  afterEach(cleanUp);

  const named = (...alarmNames: readonly string[]) =>
    lambdaFiles({
      'dev/resize_lambdadepdef.json': text({
        alias: 'live',
        environment: { region: 'eu-west-1' },
        alarms: { alarmNames },
      }),
    });

  it('may be a hundred and one, which are asked for a hundred at a time', async () => {
    const names = Array.from({ length: 101 }, (_, i) => `errors-${i}`);
    await using desk = await Desk.open({ alarms: names.map((name) => ({ name, state: 'OK' })) });
    desk.commit(named(...names));
    const { workloads } = await desk.plan();
    assert.deepEqual([workloads[0]?.action, workloads[0]?.problems], ['create', []]);
    desk.commit(named(...names, 'nobody'));
    const { code, message, at } = await desk.blocked();
    assert.deepEqual([code, message, at], ['preflight.alarm-missing', 'there is no alarm nobody', '"nobody"']);
  });

  it('are named twice', async () => {
    await using desk = await Desk.open({ alarms: [{ name: 'errors', state: 'OK' }] });
    desk.commit(named('errors', 'errors'));
    assert.match((await desk.blocked()).message, /twice|repeat|already|unique|duplicate/i);
  });

  it('fire before anything has begun', async () => {
    await using desk = await Desk.open({ alarms: [{ name: 'errors', state: 'ALARM' }] });
    desk.commit(named('errors'));
    const { code, message, at } = await desk.blocked();
    assert.deepEqual([code, at], ['preflight.alarm-firing', '"errors"']);
    assert.match(message, /^alarm errors is in ALARM already/);
  });

  it('have no data yet, of which is warned only', async () => {
    await using desk = await Desk.open();
    const cloudWatch = new CloudWatchClient({ endpoint: desk.sandbox.endpoint, ...CLIENT });
    await cloudWatch.send(
      new PutMetricAlarmCommand({
        AlarmName: 'errors',
        Namespace: 'AWS/Lambda',
        MetricName: 'Errors',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanThreshold',
      }),
    );
    await cloudWatch.send(
      new SetAlarmStateCommand({ AlarmName: 'errors', StateValue: 'INSUFFICIENT_DATA', StateReason: 'test' }),
    );
    cloudWatch.destroy();
    desk.commit(named('errors'));
    const { workloads } = await desk.plan();
    assert.deepEqual(
      [workloads[0]?.action, workloads[0]?.problems.map(({ severity, code }) => `${severity} ${code}`)],
      ['create', ['warning preflight.alarm-without-data']],
    );
  });
});
