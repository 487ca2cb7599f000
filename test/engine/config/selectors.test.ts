import assert from 'node:assert/strict';
import { groupWorkloads, selectWorkloads } from '../../../engine/config/index.ts';

const all = groupWorkloads([
  'dev/api/api_svcdef.json',
  'dev/api/api_taskdef.json',
  'dev/apiary_lambdadef.json',
  'prod/api/api_svcdef.json',
  'prod/[old]/web_svcdef.json',
  'root_svcdef.json',
]);

function select(selectors: string[], folder = ''): { paths: string[]; unmatched: readonly string[] } {
  const { selected, unmatched } = selectWorkloads(all, selectors, folder);
  return { paths: selected.map((workload) => workload.path), unmatched };
}

describe('selecting workloads', () => {
  for (const [selector, paths] of [
    ['dev/api/api', ['dev/api/api']],
    ['./dev/api/api', ['dev/api/api']],
    ['dev/api/api_taskdef.json', ['dev/api/api']],
    ['dev', ['dev/api/api', 'dev/apiary']],
    ['dev/api/', ['dev/api/api']],
    ['dev\\api', ['dev/api/api']],
    ['*/api/*', ['dev/api/api', 'prod/api/api']],
    ['**/api', ['dev/api/api', 'prod/api/api']],
    ['**/*_lambdadef.json', ['dev/apiary']],
    ['{dev,root}*', ['root']],
    ['prod/[old]', ['prod/[old]/web']],
    ['.', all.map((workload) => workload.path)],
  ] as const)
    it(`reads ${selector} from the root`, () => assert.deepEqual(select([selector]), { paths, unmatched: [] }));

  for (const [folder, selector, paths] of [
    ['dev', 'api', ['dev/api/api']],
    ['dev', 'dev/api', ['dev/api/api']],
    ['dev', '.', ['dev/api/api', 'dev/apiary']],
    ['dev/api', '..', ['dev/api/api', 'dev/apiary']],
    ['dev/api', '../../prod/*/api', ['prod/api/api']],
    ['prod/[old]', 'w*', ['prod/[old]/web']],
    ['prod', '*/api', ['prod/api/api']],
  ] as const)
    it(`reads ${selector} from ${folder}`, () =>
      assert.deepEqual(select([selector], folder), { paths, unmatched: [] }));

  it('selects all without selectors', () => assert.equal(select([]).paths.length, all.length));

  it('names the selectors that match nothing, and still selects by the others', () => {
    assert.deepEqual(select(['dev/ap', 'root', '../x', 'prod/api/api_depdef.json']), {
      paths: ['root'],
      unmatched: ['dev/ap', '../x', 'prod/api/api_depdef.json'],
    });
  });

  it('selects a workload once and in the given order', () => {
    assert.deepEqual(select(['root', 'dev/api', 'dev/api/api']).paths, ['dev/api/api', 'root']);
  });

  it('matches nothing with a text that is longer than any path', () => {
    const long = '*'.repeat(100_000);
    assert.deepEqual(select([long]), { paths: [], unmatched: [long] });
  });
});
