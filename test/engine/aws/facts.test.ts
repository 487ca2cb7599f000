/** How things are looked at: each once, many in a call, and never longer than somebody waits. */
import assert from 'node:assert/strict';
import { createAws } from '../../../engine/aws/index.ts';
import { type Thing, type ThingKind, thingKey } from '../../../engine/preflight/index.ts';
import { readScenario, startSandbox, VirtualClock } from '../../../sandbox/index.ts';

const ACCOUNT = '123456789012';

const thing = (kind: ThingKind, id: string, region = 'eu-west-1'): Thing => ({ kind, account: ACCOUNT, region, id });

async function looking(given: object = {}, rules: readonly object[] = []) {
  const clock = new VirtualClock();
  const sandbox = await startSandbox({ clock, throttling: false, scenario: readScenario({ given, rules }, 'test') });
  const credentials = { accessKeyId: ACCOUNT, secretAccessKey: 'x' };
  const aws = createAws({ endpoint: sandbox.endpoint, credentials }, clock);
  return {
    clock,
    sandbox,
    look: async (...things: readonly Thing[]) => {
      const facts = await clock.run(aws.facts(things));
      return things.map((one) => facts.get(thingKey(one))?.state);
    },
    calls: () => sandbox.calls.map(({ operation, region }) => `${operation} ${region}`),
    give: (next: object) => sandbox.setScenario(readScenario({ given: next, rules }, 'test')),
    async [Symbol.asyncDispose]() {
      aws.close();
      await sandbox.stop();
    },
  };
}

const many = (count: number, of: (i: number) => Thing) => Array.from({ length: count }, (_, i) => of(i));

describe('facts', () => {
  it('are asked for in as few calls as AWS allows, whatever the order and however often', async () => {
    await using t = await looking({ clusters: ['prod'] });
    const subnets = many(250, (i) => thing('subnet', `subnet-${i}`));
    const parameters = many(60, (i) => thing('parameter', `/p/${i}`));
    const found = await t.look(...subnets, ...parameters, ...subnets, thing('cluster', 'prod'));
    assert.deepEqual(new Set(found), new Set(['found']));
    const calls = t.calls().sort();
    assert.deepEqual(calls, [
      'DescribeClusters eu-west-1',
      ...many(2, () => thing('parameter', '')).map(() => 'DescribeParameters eu-west-1'),
      ...many(2, () => thing('subnet', '')).map(() => 'DescribeSubnets eu-west-1'),
    ]);
  });

  it('are asked for in the region of each', async () => {
    await using t = await looking();
    await t.look(thing('subnet', 'subnet-1'), thing('subnet', 'subnet-1', 'us-east-1'));
    assert.deepEqual(t.calls().sort(), ['DescribeSubnets eu-west-1', 'DescribeSubnets us-east-1']);
  });

  it('share a question that is under way', async () => {
    await using t = await looking();
    await Promise.all([t.look(thing('role', 'web')), t.look(thing('role', 'web'))]);
    assert.deepEqual(t.calls(), ['GetRole eu-west-1']);
  });

  it('are remembered for a minute where a thing is there, and not where it is missing', async () => {
    await using t = await looking({ iamRoles: [{ name: 'web' }] });
    assert.deepEqual(await t.look(thing('role', 'web'), thing('role', 'api')), ['found', 'absent']);
    t.give({ iamRoles: [{ name: 'api' }] });
    assert.deepEqual(await t.look(thing('role', 'web'), thing('role', 'api')), ['found', 'found']);
    await t.clock.advance(60_001);
    assert.deepEqual(await t.look(thing('role', 'web')), ['absent']);
  });

  it('are not remembered of alarms, whose state is the point', async () => {
    await using t = await looking({ alarms: [{ name: 'errors' }] });
    for (const _look of [1, 2]) assert.deepEqual(await t.look(thing('alarm', 'errors')), ['found']);
    assert.deepEqual(t.calls(), ['DescribeAlarms eu-west-1', 'DescribeAlarms eu-west-1']);
  });

  it('tell which one is missing where AWS refuses a call for many', async () => {
    const group = (name: string) =>
      `arn:aws:elasticloadbalancing:eu-west-1:${ACCOUNT}:targetgroup/${name}/0123456789abcdef`;
    await using t = await looking({ targetGroups: [{ arn: group('blue') }, { arn: group('green') }] });
    const states = await t.look(...['blue', 'gone', 'green'].map((name) => thing('target-group', group(name))));
    assert.deepEqual(states, ['found', 'absent', 'found']);
  });

  it('are unknown one by one: what one kind does not answer is nothing to the others', async () => {
    await using t = await looking({}, [
      { when: { operation: 'ec2:*' }, then: { error: 'UnauthorizedOperation', status: 403 } },
    ]);
    assert.deepEqual(await t.look(thing('subnet', 'a'), thing('role', 'web'), thing('security-group', 'b')), [
      'unknown',
      'found',
      'unknown',
    ]);
  });

  it('are unknown of an image that may yet come from another registry', async () => {
    await using t = await looking({ images: [] }, [
      { when: { operation: 'ecr:DescribePullThroughCacheRules' }, then: { error: 'AccessDeniedException' } },
    ]);
    const image = `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/hub/nginx:1`;
    assert.deepEqual(await t.look(thing('image', image)), ['unknown']);
  });

  it('take names of parameters with versions and labels for the parameter', async () => {
    await using t = await looking({ strict: true, parameters: [{ name: '/a/b', value: 'x' }] });
    const names = ['/a/b', '/a/b:3', '/a/b:label', '/a', '/a/b/c'];
    assert.deepEqual(await t.look(...names.map((name) => thing('parameter', name))), [
      'found',
      'found',
      'found',
      'absent',
      'absent',
    ]);
  });
});
