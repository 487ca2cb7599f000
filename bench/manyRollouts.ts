/**
 * Many rollouts at once on the simulated AWS, whose clock stands still while there is work: how many calls they make,
 * beside one describe per service and interval, which is what a loop around each rollout makes.
 *
 *     node bench/manyRollouts.ts [count…]        10, 100 and 1000 without
 *
 * Prints one line of JSON per count; run by bench/run.ts in a process of its own, so that memory and CPU are its own.
 */
import { randomUUID } from 'node:crypto';
import { CreateClusterCommand, ECSClient } from '@aws-sdk/client-ecs';
import type { PlanReport } from '../engine/api.ts';
import { createAws } from '../engine/aws/index.ts';
import { deployPlan } from '../engine/deploying.ts';
import { codeHash } from '../engine/hash.ts';
import { planWorkload, type Surroundings, type Target, targetKey, targetOf } from '../engine/plan/index.ts';
import { openSqliteStore } from '../engine/store/sqlite.ts';
import { createTurns } from '../engine/turns.ts';
import { startSandbox, VirtualClock } from '../sandbox/index.ts';
import { resize, web } from '../test/engine/rollout/fixtures.ts';
import { checkedFrom, type Files } from '../test/engine/rollout/stage.ts';
import { inProcess } from '../test/engine/rollout/transport.ts';

const REGIONS = 10;
const ACCOUNT = '123456789012';

/** What a loop around each rollout asks at: the engine's own shortest pause, ms. */
const NAIVE_INTERVAL_MS = 5_000;

const regionOf = (i: number) => `xx-bench-${i % REGIONS}`;

/** Three of four are services, one of which goes without rolling; the fourth is a function behind an alias. */
function filesOf(i: number, release: number): Files {
  if (i % 4 === 3) {
    const shifting = { trafficShiftingConfig: { type: 'LINEAR', percent: 25, waitInterval: 60 } };
    const files = resize({ key: `resize-${release}.zip`, deployment: shifting });
    return { ...files, function: { ...files.function, FunctionName: `fn-${i}` } };
  }
  const isExternal = i % 4 === 2;
  const service = {
    serviceName: `web-${i}`,
    ...(isExternal ? { deploymentController: { type: 'EXTERNAL' } } : {}),
  };
  const files = web({ image: `shop/web:${release}`, service });
  return { ...files, task: { ...files.task!, family: `web-${i}` } };
}

async function measure(count: number) {
  process.env['AWS_ACCESS_KEY_ID'] = ACCOUNT;
  process.env['AWS_SECRET_ACCESS_KEY'] = 'bench';
  const clock = new VirtualClock();
  const sandbox = await startSandbox({ clock, throttling: true });
  const transport = inProcess({ sandbox, clock, epoch: 0 });
  const aws = createAws({ endpoint: sandbox.endpoint, transport }, clock);
  const store = openSqliteStore(':memory:');
  const owner = { id: randomUUID(), host: 'bench', pid: process.pid };
  for (let i = 0; i < REGIONS; i++) {
    const ecs = new ECSClient({ endpoint: sandbox.endpoint, region: regionOf(i), ...transport });
    await clock.run(ecs.send(new CreateClusterCommand({ clusterName: 'prod' })));
    ecs.destroy();
  }

  async function plan(release: number): Promise<PlanReport> {
    const heads = Array.from({ length: count }, (_, i) => {
      const head = checkedFrom(`dev/w-${i}`, filesOf(i, release));
      const surroundings: Surroundings = { account: ACCOUNT, region: regionOf(i) };
      return { head, surroundings, target: targetOf(head, surroundings) as Target };
    });
    const live = await aws.read(
      heads.map(({ head, target }) => ({ target, ...(head.kind === 'lambda' ? { alias: 'live' } : {}) })),
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
      context: { repository, branch: 'main', commit, trigger: 'manual', force: false, whole: true },
    };
  }

  async function deploy(release: number) {
    const turns = createTurns(200);
    const report = await plan(release);
    const before = sandbox.calls.length;
    const options = { signal: new AbortController().signal, onEvent: () => {} };
    const { rollouts } = await deployPlan({ aws, store, clock, owner, turns }, report, options);
    return { rollouts, calls: sandbox.calls.slice(before) };
  }

  await clock.run(deploy(1));
  const cpu = process.cpuUsage();
  const { rollouts, calls } = await clock.run(deploy(2));
  const used = process.cpuUsage(cpu);
  const naive = rollouts.reduce(
    (sum, { startedAt, endedAt }) => sum + Math.ceil(((endedAt ?? 0) - (startedAt ?? 0)) / NAIVE_INTERVAL_MS),
    0,
  );
  const byOperation = Object.fromEntries(
    [...Map.groupBy(calls, ({ operation }) => operation)]
      .map(([operation, made]) => [operation, made.length] as const)
      .sort((a, b) => b[1] - a[1]),
  );
  const reads = calls.filter(({ mutating }) => !mutating).length;
  const figures = {
    count,
    phases: Object.fromEntries([...Map.groupBy(rollouts, ({ phase }) => phase)].map(([p, all]) => [p, all.length])),
    reads,
    changes: calls.length - reads,
    naiveReads: naive,
    throttled: calls.filter(({ error }) => error !== undefined && /Throttl|TooManyRequests|Rate/.test(error)).length,
    cpuSeconds: Math.round((used.user + used.system) / 1e5) / 10,
    peakMb: Math.round(process.resourceUsage().maxRSS / 1024),
    byOperation,
  };
  aws.close();
  store.close();
  await sandbox.stop();
  return figures;
}

const counts = process.argv.slice(2).map(Number);
for (const count of counts.length > 0 ? counts : [10, 100, 1000]) {
  process.stdout.write(`${JSON.stringify(await measure(count))}\n`);
}
