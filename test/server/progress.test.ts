import assert from 'node:assert/strict';
import { uriOf, withClient } from './client.ts';
import { memoryReader } from './fixture.ts';

const many = (count: number) =>
  new Map(
    Array.from(
      { length: count },
      (_, i) => [`team/service-${i}_svcdef.json`, `{ "serviceName": "{{ name }}" }`] as const,
    ),
  );

describe('the first look at a workspace', () => {
  it('finds what is wrong in every workload, and says how far it is', () =>
    withClient(memoryReader(many(120)), async (client) => {
      await client.until(() => client.published.size === 120);
      assert.equal(client.published.get(uriOf('team/service-119_svcdef.json'))?.diagnostics.length, 1);
      await client.until(() => client.progress.at(-1)?.kind === 'end');
      assert.deepEqual([client.progress[0]?.kind, client.progress[0]?.title], ['begin', 'Checking workloads']);
      const shares = client.progress.flatMap(({ percentage }) => percentage ?? []);
      assert.deepEqual(
        shares,
        shares.toSorted((a, b) => a - b),
      );
    }));

  it('says nothing of a small one', () =>
    withClient(memoryReader(many(3)), async (client) => {
      await client.until(() => client.published.size === 3);
      assert.deepEqual(client.progress, []);
    }));
});
