/** What there is in an account and region: whole lists of the real SDK against the sandbox, region by region. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEngine, EngineError, type InventoryQuestion } from '../../engine/index.ts';
import { readScenario, startSandbox, VirtualClock } from '../../sandbox/index.ts';

const ACCOUNT = '123456789012';
const REGISTRY = `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`;
const GROUP = `arn:aws:elasticloadbalancing:eu-west-1:${ACCOUNT}:targetgroup/web/0123456789abcdef`;

interface Surroundings {
  readonly given?: object;
  readonly rules?: readonly object[];
  readonly pageSize?: number;
  /** A region whose endpoint answers nobody. */
  readonly down?: string;
}

async function account({ given = {}, rules = [], pageSize, down }: Surroundings = {}) {
  const clock = new VirtualClock();
  const scenario = readScenario({ given, rules }, 'test');
  const sandbox = await startSandbox({
    clock,
    throttling: false,
    scenario,
    ...(pageSize === undefined ? {} : { pageSize }),
  });
  const deaf = createServer(() => {});
  await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
  const { port } = deaf.address() as AddressInfo;
  const engine = createEngine({
    clock,
    endpoint: sandbox.endpoint,
    region: 'eu-west-1',
    requestTimeoutMs: 200,
    regionEndpoints: new Map(down === undefined ? [] : [[down, `http://127.0.0.1:${port}`]]),
    credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'x' },
    store: () => assert.fail('a store is opened'),
    owner: { id: 'me', host: 'here', pid: 1 },
  });
  return {
    sandbox,
    list: (question: InventoryQuestion) => clock.run(engine.inventory(question)),
    ids: async (question: InventoryQuestion) => {
      const { things, complete } = await clock.run(engine.inventory(question));
      return { ids: things.map(({ id }) => id).sort(), complete };
    },
    async [Symbol.asyncDispose]() {
      await engine.close();
      deaf.closeAllConnections();
      deaf.close();
      await sandbox.stop();
    },
  };
}

const refusal = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof EngineError, String(error));
    return `${error.code}: ${error.message}`;
  }
  return assert.fail('it was answered');
};

describe('the inventory of an account', () => {
  it('has whole lists of each kind, with words for people', async () => {
    await using t = await account({
      given: {
        clusters: ['prod', 'test'],
        alarms: [{ name: 'errors', state: 'ALARM' }],
        targetGroups: [{ arn: GROUP }],
        subnets: [{ id: 'subnet-1', name: 'private-a', vpc: 'vpc-1' }],
        securityGroups: [{ id: 'sg-1', name: 'web', vpc: 'vpc-1' }],
        iamRoles: [{ name: 'app/web', trusts: ['ecs-tasks.amazonaws.com'] }],
        images: [`${REGISTRY}/web:1`, `${REGISTRY}/web:2`, `${REGISTRY}/team/api:1`, `${REGISTRY}/web:pr-*`],
        logGroups: ['/ecs/web'],
        strict: true,
      },
    });
    const expected: readonly (readonly [InventoryQuestion, readonly string[], RegExp])[] = [
      [{ kind: 'cluster' }, ['prod', 'test'], /cluster/],
      [{ kind: 'alarm' }, ['errors'], /ALARM/],
      [{ kind: 'targetGroup' }, [GROUP], /^web · HTTP 80 · ip · vpc-/],
      [{ kind: 'subnet' }, ['subnet-1'], /^private-a · eu-west-1[abc] · vpc-1$/],
      [{ kind: 'securityGroup' }, ['sg-1'], /^web · vpc-1$/],
      [{ kind: 'role' }, [`arn:aws:iam::${ACCOUNT}:role/app/web`], /^role for ecs-tasks$/],
      [{ kind: 'repository' }, [`${REGISTRY}/team/api`, `${REGISTRY}/web`], /repository/],
      [{ kind: 'image', of: `${REGISTRY}/web` }, [`${REGISTRY}/web:1`, `${REGISTRY}/web:2`], /^pushed \d{4}-/],
      [{ kind: 'logGroup' }, ['/ecs/web'], /log group/],
      [{ kind: 'capacityProvider' }, ['FARGATE', 'FARGATE_SPOT'], /capacity provider/],
      [{ kind: 'service', of: 'prod' }, [], /^$/],
      [{ kind: 'function' }, [], /^$/],
    ];
    for (const [question, ids, detail] of expected) {
      const { things, complete, account: whose, region } = await t.list(question);
      assert.deepEqual([things.map(({ id }) => id).sort(), complete], [ids, true], question.kind);
      assert.deepEqual([whose, region], [ACCOUNT, 'eu-west-1']);
      assert.match(things[0]?.detail ?? '', detail);
    }
  });

  it('has all pages of a thousand subnets', async () => {
    const subnets = Array.from({ length: 1_000 }, (_, i) => ({ id: `subnet-${i}` }));
    await using t = await account({ given: { subnets }, pageSize: 100 });
    const { ids, complete } = await t.ids({ kind: 'subnet' });
    assert.deepEqual([ids.length, complete], [1_000, true]);
  });

  it('ends somewhere, and says so', async () => {
    const subnets = Array.from({ length: 200 }, (_, i) => ({ id: `subnet-${i}` }));
    await using t = await account({ given: { subnets }, pageSize: 2 });
    const { ids, complete } = await t.ids({ kind: 'subnet' });
    assert.deepEqual([ids.length, complete], [100, false]);
  });

  it('is never taken for complete where a later page was refused', async () => {
    const clusters = ['a', 'b', 'c'];
    const rules = [
      {
        when: { operation: 'ecs:ListClusters', nth: 2 },
        then: { error: 'AccessDeniedException', times: 9 },
      },
    ];
    await using t = await account({ given: { clusters }, rules, pageSize: 2 });
    assert.deepEqual(await t.ids({ kind: 'cluster' }), { ids: ['a', 'b'], complete: false });
  });

  it('is of the region that is asked for', async () => {
    await using t = await account({ given: { clusters: [] } });
    const elsewhere = `arn:aws:elasticloadbalancing:us-east-1:${ACCOUNT}:targetgroup/web/0123456789abcdef`;
    t.sandbox.setScenario(readScenario({ given: { targetGroups: [{ arn: elsewhere }] } }, 'test'));
    assert.deepEqual(await t.ids({ kind: 'targetGroup', region: 'ap-south-1' }), { ids: [], complete: true });
    const { region } = await t.list({ kind: 'cluster', region: 'us-east-1' });
    assert.equal(region, 'us-east-1');
  });

  it('of a region that does not answer is a refusal, in time, and none of another region', async () => {
    await using t = await account({ given: { clusters: ['prod'] }, down: 'us-east-1' });
    assert.match(await refusal(t.list({ kind: 'cluster', region: 'us-east-1' })), /us-east-1|no answer|unreachable/);
    assert.deepEqual(await t.ids({ kind: 'cluster' }), { ids: ['prod'], complete: true });
  }).timeout(15_000);

  it('of one kind that may not be listed is a refusal, and the others are listed', async () => {
    const rules = [{ when: { operation: 'iam:ListRoles' }, then: { error: 'AccessDenied', status: 403 } }];
    await using t = await account({ given: { clusters: ['prod'], iamRoles: [] }, rules });
    assert.match(await refusal(t.list({ kind: 'role' })), /^aws\.error: .*AccessDenied.*iam:ListRoles/);
    assert.equal((await t.ids({ kind: 'cluster' })).complete, true);
  });

  it('outlasts throttling that passes', async () => {
    const rules = [{ when: { operation: 'ecs:ListClusters' }, then: { error: 'ThrottlingException', times: 2 } }];
    await using t = await account({ given: { clusters: ['prod'] }, rules });
    assert.deepEqual(await t.ids({ kind: 'cluster' }), { ids: ['prod'], complete: true });
  });

  it('is no list where nothing is said to be all there is', async () => {
    await using t = await account();
    for (const kind of ['subnet', 'securityGroup', 'role', 'repository'] as const) {
      assert.match(await refusal(t.list({ kind })), /the sandbox lists/i, kind);
    }
    const { complete } = await t.list({ kind: 'logGroup' });
    assert.equal(complete, false);
  });

  it('of a repository that fills itself from another registry is not all there is', async () => {
    const given = { images: [`${REGISTRY}/hub/nginx:1`], pullThroughCaches: ['hub'] };
    await using t = await account({ given });
    const found = await t.ids({ kind: 'image', of: `${REGISTRY}/hub/nginx` });
    assert.deepEqual(found, { ids: [`${REGISTRY}/hub/nginx:1`], complete: false });
    const missing = await t.ids({ kind: 'image', of: `${REGISTRY}/web` });
    assert.deepEqual(missing, { ids: [], complete: true });
  });

  it('of an account that there are no credentials for is refused before anything is asked', async () => {
    await using t = await account({ given: { clusters: ['prod'] } });
    const question = { kind: 'cluster', account: '999999999999' } as const;
    assert.match(await refusal(t.list(question)), /^aws\.wrong-account/);
    assert.deepEqual(
      t.sandbox.calls.filter(({ operation }) => operation !== 'GetCallerIdentity'),
      [],
    );
  });
});
