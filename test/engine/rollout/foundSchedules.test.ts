/** What random schedules have found: the shortest story of each, which must not come back. */
import assert from 'node:assert/strict';
import type { Fault, Supersede } from './schedules/faults.ts';
import { benchOf, closeBench, violationOf } from './schedules/schedule.ts';
import { stories } from './schedules/stories.ts';
import type { Revision } from './schedules/story.ts';

const stale = (at: number, lasting: number, lagSeconds: number): Fault => ({
  kind: 'stale reads',
  at,
  lasting,
  lagSeconds,
});

const takeover = (at: number): Fault => ({ kind: 'takeover', at });

const slow = (operation: string, delaySeconds: number): Fault => ({
  kind: 'api',
  operation,
  nth: 1,
  effect: { delaySeconds, times: 1 },
});

const commit = (at: number, brings: Revision, supersede: Supersede = 'wait', processes: 1 | 2 = 1): Fault => {
  return { kind: 'commit', at, brings, supersede, processes };
};

/** What holds, the story it is told by, and the faults under which it did not. */
const FOUND: readonly (readonly [holds: string, story: string, faults: readonly Fault[]])[] = [
  [
    'the old tasks are kept until the load balancer follows the last weights',
    'a blue/green rollout of two listeners and a rule',
    [{ kind: 'weather', name: 'no capacity', at: 0, lasting: 5 }],
  ],
  ['weights that do not show yet are waited for, not given up', 'a blue/green rollout', [stale(0, 36, 6)]],
  [
    'weights behind rules that do not show yet are waited for',
    'a blue/green rollout of two listeners and a rule',
    [stale(60, 40, 6)],
  ],
  [
    'a task set that does not show yet is deleted on the way back',
    'a blue/green rollout all at once',
    [stale(0, 89, 3), { kind: 'abort', at: 36 }],
  ],
  [
    'a task set without a load balancer that does not show yet is deleted on the way back',
    'task sets without a load balancer',
    [{ kind: 'abort', at: 11 }, stale(0, 89, 8)],
  ],
  [
    'a failed update of code that does not show yet is not published',
    'an update of a function that fails',
    [stale(0, 8, 1)],
  ],
  [
    'a configuration that does not show yet is put back all the same',
    'a canary of a function',
    [stale(0, 3, 3), { kind: 'abort', at: 1 }],
  ],
  [
    'a created function that does not show yet is deleted on the way back',
    'the creation of a function',
    [stale(0, 3, 3), { kind: 'abort', at: 1 }],
  ],
  [
    'a revision is registered once where the call of a process that lost the rollout is still under way',
    'a rolling creation',
    [takeover(1), slow('ecs:RegisterTaskDefinition', 1)],
  ],
  [
    'a revision is registered once where that call takes long and shows late',
    'a rolling update',
    [takeover(1), slow('ecs:RegisterTaskDefinition', 12), stale(0, 60, 8)],
  ],
  [
    'a service that does not show yet is deleted on the way back',
    'a rolling creation',
    [stale(10, 11, 1), { kind: 'store locked', nth: 4 }, { kind: 'abort', at: 1 }],
  ],
  [
    'tasks that nothing but them could serve for are not deleted on the way back',
    'task sets without a load balancer',
    [
      { kind: 'mishap', name: 'somebody wants three tasks', at: 10 },
      { kind: 'mishap', name: 'somebody deletes the newest task set', at: 0 },
    ],
  ],
  [
    'a promotion does not cut the time that the load balancer needs to follow the last weights',
    'a blue/green rollout',
    [{ kind: 'promote', at: 46 }],
  ],
  [
    'nothing is said to serve again where nothing did when the rollout began',
    'a blue/green rollout that fails',
    [
      { kind: 'mishap', name: 'somebody deletes the newest task set', at: 0 },
      { kind: 'crash', when: 'before', touched: 'write', nth: 1 },
    ],
  ],
  ['a commit that takes another one back while it is on its way', 'a canary of a function', [commit(0, 'old')]],
  [
    'a commit that takes another one back where somebody left its traffic half way',
    'a blue/green rollout',
    [commit(56, 'old'), { kind: 'leave', at: 72 }],
  ],
  [
    'the newest of three commits counts, whichever gets its turn first',
    'a rolling update',
    [commit(5, 'third', 'wait', 2), commit(10, 'old', 'abort', 2), commit(14, 'new', 'replace')],
  ],
  [
    'a commit whose process died is carried out once by the next, though it fails',
    'an update of a function that fails',
    [{ kind: 'crash', when: 'before', touched: 'write', nth: 1 }, commit(0, 'broken')],
  ],
];

describe('schedules that once broke an invariant', function () {
  this.timeout(60_000);

  for (const [holds, name, faults] of FOUND) {
    it(`keep it: ${holds}`, async () => {
      const bench = await benchOf(stories.find((story) => story.name === name)!);
      assert.equal(await violationOf(bench, faults), undefined);
      closeBench(bench);
    });
  }
});
