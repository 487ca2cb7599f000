import assert from 'node:assert/strict';
import type { Files } from '../../client/deploying/planText.ts';
import { changesBetweenFiles, choiceOf, goodOnes } from '../../client/deploying/rollbackChoices.ts';
import { differences, type RolloutRecord } from '../../engine/index.ts';

const NOW = 10_000_000;
const commit = (sign: string) => sign.repeat(40);

const rollout = (id: string, phase: RolloutRecord['phase'], sha?: string) =>
  ({
    id,
    phase,
    revision: { ...(sha === undefined ? {} : { commit: commit(sha) }), subject: `Make ${id}`, author: 'Ada' },
    serving: `arn:aws:ecs:eu-west-1:1:task-definition/web:${id}`,
    endedAt: NOW - 3 * 3_600_000,
  }) as unknown as RolloutRecord;

const files = (image: string): Files =>
  [
    { suffix: '_taskdef.json', rendered: { family: 'web', containerDefinitions: [{ name: 'web', image }] } },
    { suffix: '_depdef.json', rendered: { environment: {} } },
  ] as unknown as Files;

describe('rollouts to go back to', () => {
  const idsOf = (...history: RolloutRecord[]) => goodOnes(history).map(({ id }) => id);

  it('are those that succeeded before the present one, each commit once', () => {
    const [now, again, bad, old] = [
      rollout('4', 'succeeded', 'd'),
      rollout('3', 'succeeded', 'c'),
      rollout('2', 'rolled back', 'b'),
      rollout('1', 'succeeded', 'a'),
    ];
    assert.deepEqual(idsOf(now, again, bad, rollout('x', 'succeeded', 'c'), old), ['3', '1']);
  });

  it('are also what serves now, after one that failed', () => {
    assert.deepEqual(idsOf(rollout('2', 'failed', 'b'), rollout('1', 'succeeded', 'a')), ['1']);
  });

  it('are none of the working tree: its files are not kept', () => {
    assert.deepEqual(idsOf(rollout('2', 'succeeded', 'b'), rollout('1', 'succeeded')), []);
    assert.deepEqual(idsOf(), []);
  });

  it('say their commit, author, age, and what would be different', () => {
    const changes = changesBetweenFiles(files('web:2'), files('web:1'), differences);
    assert.deepEqual(choiceOf(rollout('7', 'succeeded', 'a'), changes, NOW), {
      id: '7',
      label: '$(git-commit) aaaaaaa Make 7',
      description: 'Ada · 3 h ago',
      detail: 'web:7 · containerDefinitions[0].image → web:1',
    });
  });

  it('say of many changes how many, and of long values only where they are', () => {
    const detail = (changes: Parameters<typeof choiceOf>[1]) =>
      choiceOf(rollout('7', 'succeeded', 'a'), changes, NOW).detail;
    const change = (path: string, desired: string | null) => ({ path, live: 'x', desired });
    assert.equal(
      detail([change('/cpu', 'v'.repeat(60)), change('/memory', null), change('/a', '1'), change('/b', '2')]),
      'web:7 · cpu, memory is taken away and 2 more',
    );
    assert.equal(detail([]), 'web:7 · as what serves now');
    assert.equal(detail(undefined), 'web:7 · its files cannot be read any more');
  });
});
