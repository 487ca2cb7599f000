/**
 * Many rollouts at once on the simulated AWS, whose clock stands still while there is work: which calls they make, beside
 * a poller that describes each service once per interval, as a loop around each rollout does. The simulated AWS is a
 * process of its own: memory and CPU are those of the engine, its SDK clients and its store.
 *
 *     node bench/manyRollouts.ts [count…]        10, 100 and 1000 without
 *
 * Prints one line of JSON per count; run by bench/run.ts in a process of its own for each.
 */
import { randomUUID } from 'node:crypto';
import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { CreateClusterCommand, ECSClient } from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { PlanReport } from '../engine/api.ts';
import { createAws } from '../engine/aws/index.ts';
import { deployPlan } from '../engine/deploying.ts';
import { codeHash } from '../engine/hash.ts';
import {
  desiredOf,
  planWorkload,
  type Surroundings,
  type Target,
  targetKey,
  targetOf,
  wantedFor,
} from '../engine/plan/index.ts';
import { openSqliteStore } from '../engine/store/sqlite.ts';
import { createTurns } from '../engine/turns.ts';
import type { CallRecord } from '../sandbox/index.ts';
import { external } from '../test/engine/rollout/balanced.ts';
import { resize, web } from '../test/engine/rollout/fixtures.ts';
import { checkedFrom, type Files } from '../test/engine/rollout/stage.ts';
import { inProcess } from '../test/engine/rollout/transport.ts';
import { Lockstep } from './lockstep.ts';

const REGIONS = 10;
const ACCOUNT = '123456789012';

/** What a loop around each rollout asks at: the engine's own shortest pause, ms. */
const NAIVE_INTERVAL_MS = 5_000;

/** Between two releases, ms. */
const REST_MS = 10 * 60_000;

const regionOf = (i: number) => `xx-bench-${i % REGIONS}`;

/** A load balancer that gives the first of its two target groups everything. */
interface Front {
  readonly blue: string;
  readonly green: string;
  readonly listener: string;
}

const STEPS = { type: 'LINEAR', percent: 25, waitInterval: 60 } as const;
const alarmsOf = (i: number) => ({ alarms: { alarmNames: [`errors-${i}`] } });

/**
 * One of four strategies each: ECS rolling, ECS's own blue/green, blue/green by task sets in steps under an alarm, and a
 * function's alias in steps under an alarm.
 */
function filesOf(i: number, release: number, front: Front | undefined): Files {
  if (i % 4 === 3) {
    const deployment = { trafficShiftingConfig: STEPS, ...alarmsOf(i) };
    const files = resize({ key: `resize-${release}.zip`, deployment });
    return { ...files, function: { ...files.function, FunctionName: `fn-${i}` } };
  }
  const image = `shop/web:${release}`;
  const { blue = '', green = '', listener = '' } = front ?? {};
  const advancedConfiguration = {
    alternateTargetGroupArn: green,
    productionListenerRule: listener,
    roleArn: `arn:aws:iam::${ACCOUNT}:role/ecsInfrastructure`,
  };
  const shifted = {
    loadBalancers: [{ targetGroupArn: blue, containerName: 'web', containerPort: 8080, advancedConfiguration }],
    deploymentConfiguration: { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 3 },
  };
  const files =
    i % 4 === 2
      ? external(blue, green, image, STEPS, alarmsOf(i))
      : web({ image, service: i % 4 === 1 ? shifted : {} });
  return {
    ...files,
    service: { ...files.service, serviceName: `web-${i}` },
    task: { ...files.task!, family: `web-${i}` },
  };
}

/** What is there before: clusters, load balancers, alarms. */
async function prepare(lockstep: Lockstep, settings: object, count: number): Promise<(Front | undefined)[]> {
  const clients = (i: number) => {
    const at = { ...settings, region: regionOf(i) };
    return { ecs: new ECSClient(at), elb: new ElasticLoadBalancingV2Client(at), cloudWatch: new CloudWatchClient(at) };
  };
  const ofRegion = Array.from({ length: REGIONS }, (_, i) => clients(i));
  const alarm = async (i: number) => {
    const { cloudWatch } = ofRegion[i % REGIONS]!;
    const AlarmName = `errors-${i}`;
    const metric = { Namespace: 'Shop', MetricName: AlarmName, Statistic: 'Sum', Period: 60, EvaluationPeriods: 1 };
    const over = { Threshold: 1, ComparisonOperator: 'GreaterThanThreshold', TreatMissingData: 'notBreaching' };
    await cloudWatch.send(new PutMetricAlarmCommand({ AlarmName, ...metric, ...over } as PutMetricAlarmCommandInput));
    await cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue: 'OK', StateReason: 'nothing wrong' }));
  };
  const front = async (i: number): Promise<Front> => {
    const { elb } = ofRegion[i % REGIONS]!;
    const group = async (Name: string) => {
      const Protocol = 'HTTP' as const;
      const input = { Name, Protocol, Port: 80, VpcId: 'vpc-0a1b2c3d', TargetType: 'ip' as const };
      const made = await elb.send(new CreateTargetGroupCommand(input));
      return made.TargetGroups?.[0]?.TargetGroupArn ?? '';
    };
    const [blue, green] = [await group(`blue-${i}`), await group(`green-${i}`)];
    const Subnets = ['subnet-0a1b2c3d', 'subnet-1a1b2c3d'];
    const made = await elb.send(new CreateLoadBalancerCommand({ Name: `shop-${i}`, Subnets }));
    const LoadBalancerArn = made.LoadBalancers?.[0]?.LoadBalancerArn;
    const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn: blue }];
    const input = { LoadBalancerArn, Protocol: 'HTTP' as const, Port: 80, DefaultActions };
    const { Listeners } = await elb.send(new CreateListenerCommand(input));
    return { blue, green, listener: Listeners?.[0]?.ListenerArn ?? '' };
  };
  const all = async () => {
    for (const { ecs } of ofRegion) await ecs.send(new CreateClusterCommand({ clusterName: 'prod' }));
    const fronts: (Front | undefined)[] = [];
    for (let i = 0; i < count; i++) {
      fronts.push(i % 4 === 1 || i % 4 === 2 ? await front(i) : undefined);
      if (i % 4 >= 2) await alarm(i);
      // As slowly as AWS lets load balancers be made.
      await lockstep.sleepUntil(lockstep.now() + 500);
    }
    return fronts;
  };
  const fronts = await lockstep.run(all());
  for (const { ecs, elb, cloudWatch } of ofRegion) for (const client of [ecs, elb, cloudWatch]) client.destroy();
  return fronts;
}

const isThrottled = ({ error = '' }: CallRecord): boolean => /Throttl|TooManyRequests|RequestLimit/.test(error);

const counted = <T>(all: readonly T[], keyOf: (one: T) => string): Record<string, number> =>
  Object.fromEntries(
    [...Map.groupBy(all, keyOf)].map(([key, some]) => [key, some.length] as const).sort((a, b) => b[1] - a[1]),
  );

async function measure(count: number) {
  process.env['AWS_ACCESS_KEY_ID'] = ACCOUNT;
  process.env['AWS_SECRET_ACCESS_KEY'] = 'bench';
  const lockstep = await Lockstep.open();
  const transport = inProcess({ sandbox: lockstep, clock: lockstep });
  const settings = { endpoint: lockstep.endpoint, transport };
  const fronts = await prepare(lockstep, { endpoint: lockstep.endpoint, ...transport }, count);
  const aws = createAws(settings, lockstep);
  const store = openSqliteStore(':memory:', () => lockstep.now());
  const owner = { id: randomUUID(), host: 'bench', pid: process.pid };

  async function plan(release: number): Promise<PlanReport> {
    const heads = Array.from({ length: count }, (_, i) => {
      const head = checkedFrom(`dev/w-${i}`, filesOf(i, release, fronts[i]));
      const surroundings: Surroundings = { account: ACCOUNT, region: regionOf(i) };
      return { head, surroundings, target: targetOf(head, surroundings) as Target };
    });
    const live = await aws.read(
      heads.map(({ head, surroundings, target }) => ({
        target,
        ...wantedFor(desiredOf(head, surroundings, undefined)),
      })),
    );
    const workloads = heads.map(({ head, surroundings, target }) =>
      planWorkload({
        path: head.path,
        kind: head.kind,
        base: undefined,
        head,
        deleted: false,
        changedFiles: [],
        live: live.get(targetKey(target)),
        surroundings,
        held: undefined,
        force: false,
        hash: codeHash,
      }),
    );
    const commit = { id: String(release).repeat(40), subject: 'bench', author: 'bench' };
    const repository = { identity: 'bench', root: '/bench' };
    return {
      revision: commit.id,
      since: null,
      workloads,
      context: {
        repository,
        branch: 'main',
        commit,
        trigger: 'manual',
        plannedAt: lockstep.now(),
        force: false,
        whole: true,
      },
    };
  }

  async function deploy(release: number) {
    const turns = createTurns(count);
    const options = { signal: new AbortController().signal, onEvent: () => {} };
    const { rollouts } = await deployPlan({ aws, store, clock: lockstep, owner, turns }, await plan(release), options);
    return rollouts;
  }

  await lockstep.run(deploy(1));
  await lockstep.run(lockstep.sleepUntil(lockstep.now() + REST_MS));
  const from = (await lockstep.calls(0)).length;
  const cpu = process.cpuUsage();
  const rollouts = await lockstep.run(deploy(2));
  const used = process.cpuUsage(cpu);
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  const calls = await lockstep.calls(from);
  const reads = calls.filter(({ mutating }) => !mutating);
  const looks = rollouts.flatMap(({ target, startedAt, endedAt }) => {
    const times = Math.ceil(((endedAt ?? 0) - (startedAt ?? 0)) / NAIVE_INTERVAL_MS);
    return Array.from({ length: times }, () => (target.kind === 'ecs' ? 'DescribeServices' : 'GetAlias'));
  });
  aws.close();
  store.close();
  lockstep.stop();
  return {
    count,
    phases: counted(rollouts, ({ phase }) => phase),
    reads: reads.length,
    naiveReads: looks.length,
    changes: calls.length - reads.length,
    throttled: calls.filter(isThrottled).length,
    failed: counted(
      calls.filter(({ error }) => error !== undefined),
      ({ operation, error }) => `${operation}: ${error}`,
    ),
    cpuSeconds: Math.round((used.user + used.system) / 1e5) / 10,
    peakMb,
    readsByOperation: counted(reads, ({ operation }) => operation),
    naiveByOperation: counted(looks, (operation) => operation),
  };
}

const counts = process.argv.slice(2).map(Number);
for (const count of counts.length > 0 ? counts : [10, 100, 1000]) {
  process.stdout.write(`${JSON.stringify(await measure(count))}\n`);
}
